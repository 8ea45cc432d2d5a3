"""Traditional Chinese to Simplified."""

from functools import cache
from importlib.resources import as_file, files

import zhconv


def simplified(text: str) -> str:
    """`text` in Simplified characters, ambiguous ones by the phrase they stand in; other scripts stay as they are."""
    _load()
    return str(zhconv.convert(text, "zh-hans"))


@cache
def _load() -> None:
    # Its own loading on first use leaves the dictionary's file open; by path it does not.
    with as_file(files("zhconv") / "zhcdict.json") as path:
        zhconv.loaddict(str(path))
