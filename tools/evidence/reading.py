"""One text, read: its identifiers, its amounts, and the numbers of its dates."""

import re
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property, lru_cache

from camara_qod.tools.evidence.codes import spelled, take_codes, take_words
from camara_qod.tools.evidence.dates import take_dates
from camara_qod.tools.evidence.hosts import (
    leads_to,
    named_hosts,
    take_addresses,
    take_links,
    take_mails,
)
from camara_qod.tools.evidence.identifiers import Code, Host, Identifier, Link, Mail, Number
from camara_qod.tools.evidence.numbers import DIGITS, parts, runs, same_phone, take_amounts
from camara_qod.tools.evidence.text import Page, compact


@dataclass
class Reading:
    """What stands in a text.

    `found` are the identifiers; `numbers` every run of digits of whatever length; `amounts` the
    values that can only be amounts; `said` the numbers that a date may be made of.
    """

    text: str
    found: set[Identifier] = field(default_factory=set)
    numbers: list[Number] = field(default_factory=list)
    amounts: list[Fraction] = field(default_factory=list)
    said: set[int] = field(default_factory=set)
    rest: str = ""

    @property
    def operands(self) -> list[Fraction]:
        """The amounts, and the numbers that may be amounts."""
        return [*self.amounts, *(Fraction(item.digits) for item in self.numbers if item.loose)]

    @cached_property
    def links(self) -> set[Link]:
        """Links, also those that were named without a scheme."""
        named = {item for item in named_hosts(self.rest) if isinstance(item, Link)}
        return named | {item for item in self.found if isinstance(item, Link)}

    @cached_property
    def hosts(self) -> set[Host]:
        """Hosts that were named alone, without anything that narrows them down."""
        named = {item for item in named_hosts(self.rest) if isinstance(item, Host)}
        return named | {item for item in self.found if isinstance(item, Host)}

    @cached_property
    def stretches(self) -> dict[str, list[Number]]:
        """Each stretch of the runs of digits that is long enough to identify, by its digits."""
        found: dict[str, list[Number]] = {}
        for number in self.numbers:
            for part in parts(number):
                found.setdefault(part.digits, []).append(part)
        return found

    def names(self, item: Identifier) -> bool:
        """Whether an identifier stands here, however it is written."""
        if isinstance(item, Host):
            return item in self.hosts or any(link.host == item.name for link in self.links)
        if isinstance(item, Link):
            return self._names_host(item.host) or any(leads_to(link, item) for link in self.links)
        if isinstance(item, Code):
            return item in self.found or spelled(item).search(self.text) is not None
        if isinstance(item, Number):
            return self._names_number(item)
        return item in self.found

    def _names_host(self, host: str) -> bool:
        if Host(host) in self.hosts:
            return True
        return "." not in host and bool(
            re.search(rf"(?<![\w.-]){re.escape(host)}(?![\w.-])", self.text, re.I)
        )

    def _names_number(self, item: Number) -> bool:
        equal = self.stretches.get(item.digits, [])
        if any(not item.prefix or other.prefix for other in equal):
            return True
        return any(same_phone(item, other) for same in self.stretches.values() for other in same)


def read(text: str) -> Reading:
    """Find everything in a text."""
    page = Page(text)
    reading = Reading(page.text)
    links: set[Link] = set()
    mails: set[Mail] = set()
    codes: set[Code] = set()
    hosts: set[Host] = set()
    take_links(page, links)
    take_mails(page, mails)
    reading.rest = page.text
    take_codes(page, codes)
    take_addresses(page, hosts)
    take_dates(page, reading.said)
    take_words(page, codes)
    take_amounts(page, reading.amounts)
    reading.numbers = list(runs(page))
    reading.said |= {int(item.digits) for item in reading.numbers if len(item.digits) < DIGITS}
    reading.found = {*links, *mails, *codes, *hosts}
    reading.found |= {item for item in reading.numbers if sum(map(len, item.groups)) >= DIGITS}
    return reading


@lru_cache(maxsize=512)
def read_again(text: str) -> Reading:
    """`read`, remembered: a conversation is read at each call of a tool."""
    return read(text)


__all__ = ["Reading", "compact", "read", "read_again"]
