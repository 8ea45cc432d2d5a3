#!/usr/bin/env bash
# Make .venv with everything in pyproject.toml, as pinned in constraints.txt. Called by `make setup`.
#
# pip's own settings (index, mirror, proxy, certificates) are honoured. torch comes first and alone, so that a machine
# without a GPU gets the CPU build: where pip's index would bring the CUDA build, it is taken from TORCH_INDEX instead.
set -euo pipefail
cd "$(dirname "$0")/.."

venv=.venv
log=$venv/install.log
cpu_index=https://download.pytorch.org/whl/cpu

fail() {
    printf '%s\n' "$@" >&2
    exit 1
}

# Run a command quietly, showing what it is and, every few seconds, that it is still going.
step() {
    local label=$1 begun=$SECONDS shown=0 job
    shift
    "$@" >>"$log" 2>&1 &
    job=$!
    trap 'kill "$job" 2>/dev/null || true' EXIT
    while kill -0 "$job" 2>/dev/null; do
        sleep 0.2
        if ((SECONDS - begun >= shown + (shown ? 15 : 2))); then
            shown=$((SECONDS - begun))
            echo "  $label ... $shown s"
        fi
    done
    trap - EXIT
    if ! wait "$job"; then
        tail -n 25 "$log" >&2
        fail "Failed: $label. The whole log is $log."
    fi
    if ((shown)); then echo "  $label: done in $((SECONDS - begun)) s"; fi
}

find_python() {
    local python
    for python in ${PYTHON:-python3.11 python3.12 python3}; do
        if "$python" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 13))' 2>/dev/null; then
            echo "$python"
            return
        fi
    done
    fail "Parley needs Python 3.11 or 3.12. Install one, or name it: make setup PYTHON=/path/to/python3.11"
}

make_venv() {
    local python
    python=$(find_python)
    mkdir -p "$venv"
    echo "Installing into $venv"
    step "Making the environment" "$python" -m venv "$venv" ||
        fail "On Debian and Ubuntu: apt-get install python3-venv"
}

has_gpu() { command -v nvidia-smi >/dev/null; }

pip() { "$venv/bin/python" -m pip --disable-pip-version-check "$@"; }

# Whether pip's index would bring a torch that needs CUDA packages.
torch_is_cuda() {
    pip install --quiet --dry-run --no-deps --ignore-installed --report - "$1" 2>>"$log" | grep -q '"nvidia-'
}

install_torch() {
    local torch index=()
    torch=$(grep '^torch==' constraints.txt)
    if [[ -n ${TORCH_INDEX:-} ]]; then
        index=(--index-url "$TORCH_INDEX")
    elif ! has_gpu && torch_is_cuda "$torch"; then
        index=(--index-url "$cpu_index")
    fi
    step "Installing $torch" pip install "${index[@]}" -c constraints.txt "$torch"
}

check_no_cuda() {
    if ! has_gpu && pip list 2>/dev/null | grep -q '^nvidia-'; then
        fail "This machine has no GPU, but packages for one were installed. Start again with the CPU build of torch:" \
            "    make clean && make setup TORCH_INDEX=$cpu_index"
    fi
}

[[ -x $venv/bin/python ]] || make_venv
install_torch
step "Installing Parley and what it needs" pip install -c constraints.txt -e '.[dev]'
check_no_cuda
