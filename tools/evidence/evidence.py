"""What a conversation gives: every identifier that somebody named, compared by kind and value."""

from collections.abc import Iterable, Iterator, Set
from dataclasses import dataclass
from datetime import UTC, datetime
from fractions import Fraction
from functools import cached_property

from camara_qod.tools.evidence.amounts import follows
from camara_qod.tools.evidence.codes import digits_of, hex_of
from camara_qod.tools.evidence.dates import is_instant
from camara_qod.tools.evidence.hosts import as_number
from camara_qod.tools.evidence.identifiers import Code, Host, Identifier, Link, Number
from camara_qod.tools.evidence.numbers import DIGITS
from camara_qod.tools.evidence.reading import Reading, read_again
from camara_qod.tools.evidence.text import compact


@dataclass(frozen=True)
class Source:
    """One text that counts, but for what its author was told himself.

    Args:
        text: what was written or returned.
        told: what went into it: a tool's own arguments, which it may only repeat.
    """

    text: str
    told: str = ""

    @property
    def reading(self) -> Reading:
        """What stands in the text."""
        return read_again(self.text)

    def names(self, item: Identifier) -> bool:
        """Whether the text names an identifier that was not put into its author's mouth."""
        if isinstance(item, Link) and self.told:
            return any(not self._repeats(link) for link in self._leading(item))
        return self.reading.names(item) and not self._told(item)

    def _leading(self, item: Link) -> Iterator[Link]:
        links = self.reading.links | {
            Link("", host.name, None, (), "") for host in self.reading.hosts
        }
        return (link for link in links if Reading("", {link}).names(item))

    def _repeats(self, link: Link) -> bool:
        """Whether a link is one of the arguments, or their host with nothing more."""
        told = read_again(self.told)
        if not link.path:
            return told.names(Host(link.host))
        return any(
            one.host == link.host and one.path[: len(link.path)] == link.path for one in told.links
        )

    def _told(self, item: Identifier) -> bool:
        if not self.told:
            return False
        if read_again(self.told).names(item):
            return True
        value = item.digits if isinstance(item, Number) else getattr(item, "value", None)
        if value is not None and value in compact(self.told):
            return True
        return bool(_values([item]) & _values(read_again(self.told).found))

    def operands(self) -> list[Fraction]:
        """Amounts to reckon with."""
        told = compact(self.told)
        return [
            value
            for value in self.reading.operands
            if value < 10 ** (DIGITS - 1) or str(value) not in told
        ]


def _values(items: Iterable[Identifier]) -> set[int]:
    """The identifiers that are numbers in one spelling or another: an address is one too."""
    found: set[int | None] = set()
    for item in items:
        if isinstance(item, Number):
            found.add(int(item.digits))
        elif isinstance(item, Host):
            found.add(as_number(item.name))
        elif isinstance(item, Code):
            found.add(hex_of(item))
    return {value for value in found if value is not None}


class Evidence(Set[Identifier]):
    """The identifiers of a conversation. `item in evidence` compares by kind and value.

    Amounts and dates are no identifiers: a number that is a date near `now` or one that was said,
    or that follows from numbers that were named, is in it as well.

    Args:
        sources: the texts that count.
        now: the clock, for dates that nobody has to name.
    """

    def __init__(self, sources: Iterable[Source], now: datetime | None = None) -> None:
        self._sources = tuple(sources)
        self._now = now or datetime.now(UTC)

    def __contains__(self, item: object) -> bool:
        if isinstance(item, Link):
            return self.named(item) and self._whole(item)
        if isinstance(item, Code):
            return self.named(item) or self._code(item)
        if isinstance(item, Number):
            return self._number(item) or self._grouped(item)
        return isinstance(item, Identifier) and self.named(item)

    def __iter__(self) -> Iterator[Identifier]:
        found = {item for source in self._sources for item in source.reading.found}
        return (item for item in found if self.named(item))

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def __ge__(self, other: Set[object]) -> bool:
        """Whether all of some identifiers have a source, however they were written there."""
        return all(item in self for item in other)

    def named(self, item: Identifier) -> bool:
        """Whether a source names an identifier itself, and not what it may follow from."""
        return any(source.names(item) for source in self._sources)

    def _whole(self, link: Link) -> bool:
        """What stands behind the host has a source too."""
        if any(link in source.reading.found and source.names(link) for source in self._sources):
            return True
        return self >= read_again(link.tail).found

    def _code(self, code: Code) -> bool:
        value, digits = hex_of(code), digits_of(code)
        if value is not None:
            return value in self._addresses
        return bool(digits) and self._number(Number(digits, (digits,), "", loose=True))

    def _number(self, number: Number) -> bool:
        if self.named(number) or int(number.digits) in self._addresses:
            return True
        if not number.loose:
            return False
        said = self._said
        return is_instant(number.digits, said, self._now) or follows(
            int(number.digits), self._operands
        )

    def _grouped(self, number: Number) -> bool:
        """Whether a run is several numbers side by side, each with a source.

        What is left over is too short to identify anything, and two numbers that are grouped
        themselves are not told from a longer one.
        """
        groups, left, start = number.groups, 0, 0
        found: list[int] = []
        while start < len(groups):
            end = self._longest(number, start)
            left = 0 if end > start else left + len(groups[start])
            if left >= DIGITS:
                return False
            if sum(map(len, groups[start:end])) >= DIGITS:
                found.append(end - start)
            start = max(end, start + 1)
        return len(groups) > 1 and (len(found) < 2 or max(found) == 1)

    def _longest(self, number: Number, start: int) -> int:
        """Where the longest stretch that has a source ends; its start where there is none."""
        groups = number.groups
        for end in range(len(groups), start, -1):
            digits = "".join(groups[start:end])
            prefix = number.prefix if start == 0 else ""
            part = Number(digits.lstrip("0") or "0", groups[start:end], prefix)
            long = len(digits) >= DIGITS and end - start < len(groups)
            if (long and self.named(part)) or (
                end == start + 1 and Fraction(digits) in self._operands
            ):
                return end
        return start

    @cached_property
    def _addresses(self) -> set[int]:
        hosts = {host for source in self._sources for host in source.reading.hosts}
        values = {as_number(host.name) for host in hosts if self.named(host)}
        return {value for value in values if value is not None}

    @cached_property
    def _operands(self) -> list[Fraction]:
        return [value for source in self._sources for value in source.operands()]

    @cached_property
    def _said(self) -> set[int]:
        return {value for source in self._sources for value in source.reading.said}
