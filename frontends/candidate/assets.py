"""The page's files, read once. Their folder's name is the hash of all of them, so a browser may keep each for ever
and modules import each other by plain relative paths."""

import gzip
import hashlib
import json
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from frontends.candidate.texts import LANGUAGES, texts

_FOLDER = Path(__file__).with_name("static")
_TYPES = {
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".json": "application/json",
    ".svg": "image/svg+xml",
}
STYLES = "css/all.css"
# Where rules weigh the same, the later sheet's holds.
_SHEETS = ("basis", "shell", "buttons", "fields", "bar", "dialogs", "identity", "recording", "narrow")
_IMPORT = re.compile(r"""^(?:import|export)\b[^'"();]*?["'](\.{1,2}/[^"']+)["'];""", re.MULTILINE)


@dataclass(frozen=True)
class Asset:
    """A file as it is sent."""

    content: bytes
    gzipped: bytes
    content_type: str


@dataclass(frozen=True)
class Assets:
    """All files by their path below the hashed folder."""

    hash: str
    files: dict[str, Asset]

    def url(self, path: str) -> str:
        """Where a file is; raises KeyError where there is none."""
        if path not in self.files:
            raise KeyError(path)
        return f"/static/{self.hash}/{path}"

    def imported_by(self, *paths: str) -> list[str]:
        """Modules and all that they import before they run, each once; what the first one needs comes first."""
        found = list[str]()
        for path in paths:
            waiting = [path]
            while waiting:
                module = waiting.pop(0)
                if module in found:
                    continue
                found.append(module)
                source = self.files[module].content.decode()
                waiting += [_resolve(module, name) for name in _IMPORT.findall(source)]
        return found


@cache
def assets() -> Assets:
    """The files of this version."""
    contents = {
        path.relative_to(_FOLDER).as_posix(): path.read_bytes()
        for path in sorted(_FOLDER.rglob("*"))
        if path.suffix in _TYPES
    }
    # One request instead of one a sheet: each costs a slow network a round trip before anything is seen.
    contents[STYLES] = b"\n".join(contents.pop(f"css/{name}.css") for name in _SHEETS)
    for language, _ in LANGUAGES:
        contents[f"texts/{language}.json"] = json.dumps(texts(language), ensure_ascii=False).encode()
    digest = hashlib.sha256()
    for name, content in contents.items():
        digest.update(f"{name}\0{len(content)}\0".encode() + content)
    return Assets(
        digest.hexdigest()[:16],
        {
            name: Asset(content, gzip.compress(content, 9, mtime=0), _TYPES[Path(name).suffix])
            for name, content in contents.items()
        },
    )


def _resolve(module: str, name: str) -> str:
    parts = module.split("/")[:-1]
    for part in name.split("/"):
        if part == "..":
            parts.pop()
        elif part != ".":
            parts.append(part)
    return "/".join(parts)
