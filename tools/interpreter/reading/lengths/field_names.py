"""Names of developers' fields, and how such names are written."""

import re
import tomllib
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from importlib.resources import files

from camara_qod.tools.interpreter.reading.lengths.tokens import Tokens

_CAMEL = re.compile(r"(?<=[^\W\d_A-Z])(?=[A-Z])")


@dataclass(frozen=True, slots=True)
class FieldNames:
    """Names of fields and of their units.

    Attributes:
        names: words that name a length of time.
        with_unit: words that do with a unit behind them.
        with_colons: words that do before hours, minutes and seconds with colons.
        joints: words between a name and its unit.
        links: words between a name and its number.
        standards: numbers that are names.
        formats: what says that hours, minutes and seconds with colons are a length.
        units: seconds in a unit, by its name.
        values: words that name the number of a length whose unit is a field of its own.
        unit_names: words that name such a unit.
        notes: what stands before a unit behind the number, as a comment does.
        statistics: headings beside which "min" is the smallest.
        any: what no field is without: a sign, or one of its names.
    """

    names: frozenset[str]
    with_unit: frozenset[str]
    with_colons: frozenset[str]
    joints: frozenset[str]
    links: frozenset[str]
    standards: tuple[str, ...]
    formats: tuple[str, ...]
    units: dict[str, Fraction]
    values: frozenset[str]
    unit_names: frozenset[str]
    notes: frozenset[str]
    statistics: frozenset[str]
    any: re.Pattern[str]


def _any(names: list[str]) -> re.Pattern[str]:
    return re.compile("[:=;]|--|" + "|".join(map(re.escape, names)), re.IGNORECASE)


@cache
def field_names() -> FieldNames:
    """What `fields.toml` says, read once."""
    folder = files("camara_qod.tools.interpreter.reading.lengths")
    table = tomllib.loads((folder / "fields.toml").read_text(encoding="utf-8"))
    units = {word: Fraction(key) for key, words in table["units"].items() for word in words}
    return FieldNames(
        names=frozenset(table["names"]),
        with_unit=frozenset(table["with_unit"]),
        with_colons=frozenset(table["with_colons"]),
        joints=frozenset(table["joints"]),
        links=frozenset(table["is"]),
        standards=tuple(table["standards"]),
        formats=tuple(table["formats"]),
        units=units,
        values=frozenset(table["values"]),
        unit_names=frozenset(table["unit_names"]),
        notes=frozenset(table["notes"]),
        statistics=frozenset(table["statistics"]),
        any=_any([*table["names"], *(word for word, size in units.items() if size < 1)]),
    )


def name_parts(word: str) -> list[str]:
    """The words of a name without separators, which begin with capitals: "durationSeconds"."""
    return [part.lower() for part in _CAMEL.split(word)]


def identifier(tokens: Tokens, at: int) -> tuple[int, list[str]]:
    """The words of a name that ends at a token, split at hyphens, underscores and capitals."""
    words: list[str] = []
    while kind_at(tokens, at) == "w":
        raw = tokens.raw[tokens.starts[at] : tokens.ends[at]]
        words[:0] = name_parts(raw)
        if not (
            tokens.glued(at) and word_at(tokens, at - 1) in ("_", "-") and tokens.glued(at - 1)
        ):
            return at, words
        at -= 2
    return at + 2, words


def word_at(tokens: Tokens, place: int) -> str:
    """A token; a blank outside of the text."""
    return tokens.words[place] if 0 <= place < len(tokens) else " "


def kind_at(tokens: Tokens, place: int) -> str:
    """The kind of a token; nothing outside of the text."""
    return tokens.kinds[place] if 0 <= place < len(tokens) else ""
