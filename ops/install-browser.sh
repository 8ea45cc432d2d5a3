#!/usr/bin/env bash
# Make sure that this machine has the browsers of the tests. Called by `make test`.
#
# Chromium is needed, also by `parley demo --browser`: Chromium or Chrome that is there already is used. Firefox, and WebKit
# (Safari's engine) with a screen for it, are installed where apt has them, as Debian's does; elsewhere their tests say that
# they are skipped. Installing takes root or sudo; apt's own settings (mirror, proxy) are honoured.
set -euo pipefail

log=$(mktemp)
trap 'rm -f "$log"' EXIT

fail() {
    printf '%s\n' "$@" >&2
    exit 1
}

has_browser() {
    local name
    for name in chromium chromium-browser google-chrome google-chrome-stable; do
        if command -v "$name" >/dev/null; then return; fi
    done
    return 1
}

as_root() {
    if ((EUID == 0)); then
        "$@"
    elif command -v sudo >/dev/null; then
        sudo -n "$@"
    else
        return 1
    fi
}

# apt's sandbox user may not write the log: root's shell does.
apt() { as_root env DEBIAN_FRONTEND=noninteractive apt-get -q "$@" >>"$log" 2>&1; }

has() { command -v "$1" >/dev/null; }

others=()
has firefox-esr || has firefox || others+=(firefox-esr)
{ has WebKitWebDriver && has Xvfb; } || others+=(webkit2gtk-driver gstreamer1.0-plugins-bad xvfb)
if has_browser && ((${#others[@]} == 0)); then exit 0; fi

# Chromium alone is enough to go on.
give_up() {
    if ! has_browser; then fail "$@"; fi
    echo "Tests in Firefox or WebKit are skipped: ${others[*]} cannot be installed here."
    exit 0
}
if ! has apt-get; then give_up "The browser tests need Chromium. Install Chromium or Google Chrome."; fi
if ! as_root true 2>/dev/null; then
    give_up "The browser tests need Chromium, and installing it needs root: sudo apt-get install chromium fonts-noto-cjk"
fi
echo "Installing browsers (up to 900 MB on disk)"
started=$SECONDS
install_browsers() {
    local name packages=()
    apt update || return
    has_browser || packages+=(chromium fonts-noto-cjk)
    for name in "${others[@]}"; do
        if apt-cache show "$name" >/dev/null 2>&1; then packages+=("$name"); fi
    done
    if ((${#packages[@]} > 0)); then apt install -y --no-install-recommends "${packages[@]}"; fi
}
if ! install_browsers; then
    has_browser || tail -n 25 "$log" >&2
    give_up "The browsers could not be installed: see above."
fi
has_browser || fail "Chromium was installed, but is not on the PATH."
echo "Installing browsers: done in $((SECONDS - started)) s"
