"""Lengths in delimited tables: bare numbers under a heading such as "minutes" or "duration_s"."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction

from camara_qod.tools.interpreter.reading.lengths.headings import units_of
from camara_qod.tools.interpreter.reading.lengths.times import Length, Time
from camara_qod.tools.interpreter.reading.lengths.tokens import Tokens

_SIGNS = "|;\t,"
_RULE = frozenset("-:=+ ")
_QUOTES = "\"'"
#: Digits of a number, and its decimals.
_LONGEST, _DECIMALS = 7, 3


@dataclass(slots=True)
class Table:
    """What tables in a text say.

    Attributes:
        lengths: each at its number, or at the two numbers that are parts of one length.
        spans: the headings of lengths, and all that stands under them.
    """

    lengths: list[Time] = field(default_factory=list)
    spans: list[Time] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Cell:
    start: int
    end: int
    text: str


def read_table(tokens: Tokens) -> Table:
    """The lengths in all tables of a text.

    A table is a line of headings and lines of as many fields; a length is in its unit.
    """
    found = Table()
    lines = list(_lines(tokens.text))
    for sign in _SIGNS:
        if len(lines) > 1 and sign in tokens.text:
            _read(lines, sign, found)
    return found


def _lines(text: str) -> Iterator[_Cell]:
    start = 0
    for line in text.split("\n"):
        yield _Cell(start, start + len(line), line)
        start += len(line) + 1


def _read(lines: list[_Cell], sign: str, found: Table) -> None:
    """The tables with one delimiter."""
    units: dict[int, Fraction] = {}
    width = 0
    for line in lines:
        cells = _cells(line, sign) if sign in line.text else []
        if units and len(cells) == width:
            if not set(line.text.replace(sign, "")) <= _RULE:
                _read_row(cells, units, found)
            continue
        units, width = _units(cells), len(cells)
        found.spans += [Time(cells[place].start, cells[place].end) for place in units]


def _units(cells: list[_Cell]) -> dict[int, Fraction]:
    """The columns with lengths and their units, if the cells are headings."""
    if any(cell.text.replace(".", "").isdigit() for cell in cells):
        return {}
    return units_of([cell.text for cell in cells])


def _read_row(cells: list[_Cell], units: dict[int, Fraction], found: Table) -> None:
    last: tuple[int, Length] | None = None
    for place, unit in units.items():
        cell = cells[place]
        value = _number(cell.text)
        if value is None:
            last = None
            continue
        length = Length(cell.start, cell.end, round(value * unit))
        if last and last[0] == place - 1 and unit < units[place - 1]:
            found.lengths.pop()
            length = Length(last[1].start, cell.end, last[1].seconds + length.seconds)
        found.lengths.append(length)
        found.spans.append(length)
        last = (place, length)


def _number(text: str) -> Fraction | None:
    whole, _, decimals = text.replace(",", ".").partition(".")
    if not (whole.isascii() and whole.isdigit()) or len(whole) > _LONGEST:
        return None
    if decimals and not (decimals.isascii() and decimals.isdigit() and len(decimals) < _DECIMALS):
        return None
    return Fraction(f"{whole}.{decimals or 0}")


def _cells(line: _Cell, sign: str) -> list[_Cell]:
    """The fields of a line; a delimiter within double quotes is none."""
    cells, start, quoted = [], 0, False
    balanced = line.text.count('"') % 2 == 0
    for place, letter in enumerate(line.text + sign):
        quoted ^= balanced and letter == '"'
        if letter == sign and not quoted:
            cells.append(_stripped(line.start + start, line.text[start:place]))
            start = place + 1
    return cells


def _stripped(start: int, text: str) -> _Cell:
    """A field without the blanks and quotes around it."""
    bare = text.strip().strip(_QUOTES)
    start += text.find(bare) if bare else 0
    return _Cell(start, start + len(bare), bare)
