"""Small parts of sentences in both languages."""

from models.speech.transcript import Language


def say(language: Language, *, en: str, zh: str) -> str:
    """The version of a sentence that the reader reads."""
    return zh if language == "zh" else en


def times(language: Language, count: int) -> str:
    """Once, twice, 3 times; 1次, 2次."""
    return say(language, en={1: "once", 2: "twice"}.get(count, f"{count} times"), zh=f"{count}次")


def number(count: int) -> str:
    """An English count as a word up to ten."""
    words = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
    return words[count] if count < len(words) else str(count)


def plural(count: int, noun: str) -> str:
    return f"{number(count)} {noun}" + ("" if count == 1 else "s")
