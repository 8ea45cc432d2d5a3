"""The flags' words: per code, why a person should look and what to ask next, in both languages."""

import tomllib
from pathlib import Path

FLAG_TEXTS: dict[str, dict[str, dict[str, str]]] = tomllib.loads(
    Path(__file__).with_name("flags.toml").read_text(encoding="utf-8")
)
