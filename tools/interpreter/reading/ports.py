"""Ports and ranges of ports that are called so."""

import re
import tomllib
from collections.abc import Iterable, Iterator
from functools import cache
from importlib.resources import files

from camara_qod.tools.interpreter.reading.addresses import PORT_MAX
from camara_qod.tools.interpreter.reading.mention import Invalid, Mention, Ports
from camara_qod.tools.interpreter.reading.text import Turn

NUMBER = re.compile(r"[0-9]+")
#: What may stand between ports and the end of their line.
_LINE_ENDS = re.compile(r"[\"'\]}),; ]*\n")
_LIST = re.compile(r"[0-9 ,;/&+.-]+")
#: Between what was and what is to be, or between source and target.
ARROW = r"\s*(?:[-=]?>|\u2192)\s*"
#: A port that takes another's place: "port 443 -> 8443".
_INSTEAD = re.compile(rf"{ARROW}(?P<port>[0-9]{{1,6}})(?=\s*(?:[,;)|\n]|\.(?:\s|\Z)|\Z))")
#: A port that is meant for either end.
_FIELDS = ("applicationServerPorts", "devicePorts")


@cache
def _patterns() -> tuple[re.Pattern[str], re.Pattern[str]]:
    """Ports behind their word or their protocol, and one item of such a list."""
    path = files("camara_qod.tools.interpreter.reading") / "ports.toml"
    words = tomllib.loads(path.read_text(encoding="utf-8"))
    word, kind, protocol, to, to_joined, joint = (
        "|".join(sorted(map(re.escape, words[name]), key=len, reverse=True))
        for name in ("port", "kind", "protocol", "to", "to_joined", "and")
    )
    to = rf"(?:\s*(?:-|\.\.)\s*|\s+(?:{to})\s+|\s*(?:{to_joined})\s*)"
    item = rf"[0-9]{{1,6}}(?:{to}(?:(?:{word})\s+)?[0-9]{{1,6}})?"
    end = r"(?![\w]|[.:/-][0-9])"
    # A short number behind a list may be of anything, unless nothing follows it: "443, 20 Mbps".
    more = (
        rf"(?:\s*[,;/&+]\s*|\s+)(?:(?:{joint})\s+)?"
        rf"(?:{item}{end}(?!\s+(?!(?:{joint})\s)\w)|[0-9]{{3,6}}(?:{to}[0-9]{{1,6}})?{end})"
    )
    named = rf"(?<![^\W_])(?:(?:{kind})?(?:{word}))(?:s|es)?(?![^\W\d_])"
    keyed = r"(?<=[a-z])(?-i:Ports?)(?![a-z])|(?<=_)ports?(?![a-z])"
    # A full stop may join names ("ports.ranges"), and an answer be marked as one ("port? A: 443").
    gap = r"(?:[^0-9.;!?\n\x00]|\.(?=[^\W\d_])|\?\s+[^\W\d_]:){0,24}?(?<![0-9])"
    pattern = (
        rf"(?:(?:{named}|{keyed}){gap}|(?<!\w)(?:{protocol})(?:\s+(?:{word}))?[\s:=/]*)"
        rf"(?P<items>{item}{end}(?:{more})*)"
        rf"|(?<![\w.:/-])(?P<before>{item})(?:/|\s+)(?:{protocol})(?!\w)"
    )
    flags = re.IGNORECASE
    return re.compile(pattern, flags), re.compile(item, flags)


def ports_of_line(turn: Turn) -> Iterator[Mention]:
    """Ports that end their line, so that the next line's first word is no unit of theirs."""
    for mention in ports(turn):
        listed = _LIST.fullmatch(turn.rest, mention.start, mention.end)
        if listed and _LINE_ENDS.match(turn.rest, mention.end):
            yield mention


def ports(turn: Turn) -> Iterator[Mention]:
    """Ports and ranges that stand behind a word for them, or beside their protocol."""
    pattern, item = _patterns()
    at = 0
    while match := pattern.search(turn.rest, at):
        group = "items" if match["items"] else "before"
        items = [found[0] for found in item.finditer(match[group])]
        yield port_mention(turn, *match.span(group), items)
        at = match.end()
        if instead := _INSTEAD.match(turn.rest, match.end(group)):
            yield port_mention(turn, *instead.span("port"), [instead["port"]])
            at = instead.end()


def port_mention(turn: Turn, start: int, end: int, items: Iterable[str]) -> Mention:
    """Items such as `443` and `5000-5010`; `Invalid` if one of them is none."""
    single: list[int] = []
    ranges: list[tuple[int, int]] = []
    for item in items:
        low, *high = (int(number) for number in NUMBER.findall(item))
        if max(low, *high, 0) > PORT_MAX or (high and high[0] < low):
            reason = f"{item} is no valid port (0 to {PORT_MAX}, lower end first)"
            return Invalid(turn.number, start, end, _FIELDS, reason)
        if high:
            ranges.append((low, high[0]))
        else:
            single.append(low)
    return Ports(
        turn.number, start, end, tuple(dict.fromkeys(single)), tuple(dict.fromkeys(ranges))
    )
