"""What stands on the page: a candidate finds their way by its words."""

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Page


def words_of(page: "Page") -> Mapping[str, str]:
    """The texts of an open page in its language, by their keys: the file that the page itself reads."""
    text = page.evaluate("async () => (await fetch(document.querySelector('link[data-texts]').href)).text()")
    words: dict[str, str] = json.loads(text)
    return words
