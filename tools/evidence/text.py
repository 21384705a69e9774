"""Text in the one spelling that all readers here expect."""

import re
import unicodedata
from collections.abc import Callable

_BETWEEN = re.compile(r"[\W_]+")


def plain(text: str) -> str:
    """Compatibility forms folded, every decimal digit as 0 to 9, invisible characters dropped."""
    folded = unicodedata.normalize("NFKC", text)
    return "".join(_plain(char) for char in folded)


def _plain(char: str) -> str:
    if char.isascii():
        return char
    if unicodedata.category(char) == "Cf":
        return ""
    if unicodedata.category(char) == "Pd":
        return "-"
    digit = unicodedata.decimal(char, None)
    return char if digit is None else str(digit)


def compact(text: str) -> str:
    """Letters and digits alone, lower case."""
    return _BETWEEN.sub("", text).lower()


class Page:
    """A text that readers take their finds out of, so that nothing is read twice."""

    def __init__(self, text: str) -> None:
        self.text = plain(text)

    def take(self, pattern: re.Pattern[str], read: Callable[[re.Match[str]], bool]) -> None:
        """Cut each match out that `read` accepts; a bar stays, which nothing is joined across."""
        self.text = pattern.sub(lambda match: " | " if read(match) else match[0], self.text)
