#!/usr/bin/env bash
# Make sure that this machine has Chromium, which the browser tests and `parley demo --browser` use. Called by `make test`.
#
# Nothing is installed where Chromium or Chrome is there already. Elsewhere Debian's package is, as root or through sudo,
# together with a font that has Chinese characters. apt's own settings (mirror, proxy) are honoured.
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

if has_browser; then exit 0; fi
if ! command -v apt-get >/dev/null; then
    fail "The browser tests need Chromium. Install Chromium or Google Chrome."
fi
if ! as_root true 2>/dev/null; then
    fail "The browser tests need Chromium, and installing it needs root: sudo apt-get install chromium fonts-noto-cjk"
fi
echo "Installing Chromium (about 350 MB on disk)"
started=$SECONDS
if ! { apt update && apt install -y --no-install-recommends chromium fonts-noto-cjk; }; then
    tail -n 25 "$log" >&2
    fail "Chromium could not be installed: see above."
fi
has_browser || fail "Chromium was installed, but is not on the PATH."
echo "Installing Chromium: done in $((SECONDS - started)) s"
