"""Codes of letters and digits."""

import re

from camara_qod.tools.evidence.dates import is_compact
from camara_qod.tools.evidence.identifiers import Code
from camara_qod.tools.evidence.text import Page, compact

_UUID = re.compile(r"(?<![0-9a-z])[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}(?![0-9a-z])", re.I)
_MAC = re.compile(
    r"(?<![0-9a-z:.-])(?:[0-9a-f]{2}(?P<by>[:-])(?:[0-9a-f]{2}(?P=by)){4}[0-9a-f]{2}"
    r"|[0-9a-f]{4}\.[0-9a-f]{4}\.[0-9a-f]{4})(?![0-9a-z:-]|\.[0-9a-z])",
    re.I,
)
_IBAN = re.compile(r"(?<![0-9a-z])[a-z]{2}[0-9]{2}(?:[ -]?[0-9a-z]{1,4}){3,8}(?![0-9a-z])", re.I)
_WORD = re.compile(
    r"(?<![0-9A-Za-z])(?=[0-9]*[A-Za-z])(?=[A-Za-z]*[0-9])[0-9A-Za-z]{8,128}(?![0-9A-Za-z])"
)
_DIGITS, _HEX_LENGTH = 7, 16


def take_codes(page: Page, found: set[Code]) -> None:
    """UUIDs, MAC addresses and IBANs."""

    def read(match: re.Match[str]) -> bool:
        found.add(Code(compact(match[0])))
        return True

    def read_iban(match: re.Match[str]) -> bool:
        iban = _iban(match[0])
        if iban:
            found.add(Code(iban))
        return bool(iban)

    page.take(_UUID, read)
    page.take(_MAC, read)
    page.take(_IBAN, read_iban)


def take_words(page: Page, found: set[Code]) -> None:
    """Words of letters and digits that name something; compact times are none."""

    def read(match: re.Match[str]) -> bool:
        names = _names(match[0]) and not is_compact(match[0])
        if names:
            found.add(Code(match[0].lower()))
        return names

    page.take(_WORD, read)


def spelled(code: Code) -> re.Pattern[str]:
    """Finds a code however its letters and digits are grouped."""
    between = r"[ ._/:-]?".join(code.value)
    return re.compile(rf"(?<![0-9a-z]){between}(?![0-9a-z])", re.I)


def digits_of(code: Code) -> str:
    """The digits of a code that is one number with letters at its ends ("EUR45000000")."""
    match = re.fullmatch(r"[a-z]*([0-9]+)[a-z]*", code.value)
    return match[1] if match and len(match[1]) >= _DIGITS else ""


def hex_of(code: Code) -> int | None:
    """The value of a code such as 0xC0A80133."""
    return int(code.value, 16) if re.fullmatch(r"0x[0-9a-f]+", code.value) else None


def _names(word: str) -> bool:
    """Whether a word has the form of an identifier: seven digits, or a long hexadecimal one."""
    digits = sum(char.isdigit() for char in word)
    is_hex = len(word) >= _HEX_LENGTH and re.fullmatch(r"[0-9a-f]+", word, re.I)
    return (
        digits >= _DIGITS
        or bool(is_hex and digits > 3)
        or bool(re.match(r"0x[0-9a-f]{8}", word, re.I))
    )


def _iban(text: str) -> str:
    """The IBAN that a text begins with (ISO 13616: its remainder by 97 is 1), else nothing."""
    groups = re.findall(r"[0-9a-z]+", text.lower())
    for count in range(len(groups), 1, -1):
        iban = "".join(groups[:count])
        if 15 <= len(iban) <= 34 and _remainder(iban) == 1:
            return iban
    return ""


def _remainder(iban: str) -> int:
    return int("".join(str(int(char, 36)) for char in iban[4:] + iban[:4])) % 97
