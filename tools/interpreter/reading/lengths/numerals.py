"""Number words of a language, from CLDR's rules for spelling numbers out.

The rules write numbers; turned round they read them. All below a hundred are written out; hundreds
and thousands are taken as beginnings, which a smaller number may follow.
"""

from collections.abc import Iterator

from unicode_rbnf import RbnfEngine
from unicode_rbnf.engine import NoRuleForNumberError

HUNDRED, THOUSAND = 100, 1000
#: A number below a hundred that is plain after any beginning.
_PROBE = 22
#: Rules for cheques and calendars.
_ASIDE = ("financial", "days", "year", "ordinal")


class Numerals:
    """The number words of one language.

    Args:
        language: its code.
    """

    def __init__(self, language: str) -> None:
        self._engine = RbnfEngine.for_language(language)
        names = [
            name
            for name, rules in self._engine.rulesets.items()
            if name.startswith("spellout-") and not rules.is_private
        ]
        self._rules = [name for name in names if not any(word in name for word in _ASIDE)]

    def small(self) -> dict[str, int]:
        """Every form of 0 to 99."""
        found: dict[str, int] = {}
        for rules in self._rules:
            for number in range(21):
                self._add(found, number, rules)
        for rules in self._cases():
            for number in range(21, HUNDRED):
                self._add(found, number, rules)
        return found

    def beginnings(self) -> dict[str, int]:
        """What stands before the rest of a number from 101 on: "two hundred", "ciento", "bin"."""
        found: dict[str, int] = {}
        for size, most in ((HUNDRED, 10), (THOUSAND, 20)):
            for rules in self._cases():
                rest = self._write(_PROBE, rules)
                for count in range(1, most):
                    text = self._write(count * size + _PROBE, rules)
                    if text.endswith(rest) and text != rest:
                        found.setdefault(text.removesuffix(rest).strip(" -"), count * size)
        return found | self._counted(found)

    def round(self) -> dict[str, int]:
        """Full hundreds and thousands."""
        found: dict[str, int] = {}
        for rules in self._cases():
            for count in range(1, 20):
                self._add(found, count * THOUSAND, rules)
                if count < 10:
                    self._add(found, count * HUNDRED, rules)
        return found | self._counted(found)

    def _counted(self, found: dict[str, int]) -> dict[str, int]:
        """Eleven to nineteen hundred, where hundreds are a word of their own."""
        rules = self._rules[0]
        two, nine = self._write(2, rules), self._write(9, rules)
        told = [self._write(n * HUNDRED, rules) for n in (2, 9)]
        if not (told[0].startswith(two) and told[1].startswith(nine)):
            return {}
        hundred = told[1].removeprefix(nine)
        if told[0] != two + hundred or not hundred.strip().isascii():
            return {}
        return {self._write(n, rules) + hundred: n * HUNDRED for n in range(11, 20)}

    def _cases(self) -> Iterator[str]:
        """One set of rules for each way in which larger numbers are inflected."""
        seen = set()
        for rules in self._rules:
            told = tuple(self._write(number, rules) for number in (2, 5, 20, 21))
            if told not in seen:
                seen.add(told)
                yield rules

    def _add(self, found: dict[str, int], number: int, rules: str) -> None:
        if text := self._write(number, rules):
            found.setdefault(text, number)

    def _write(self, number: int, rules: str) -> str:
        try:
            parts = self._engine.iter_format_number(number, ruleset_name=rules)
            return "".join(parts).replace("\u00ad", "")
        except NoRuleForNumberError:
            return ""
