"""Ports and ranges of ports that are called so, by people and by programs."""

import re
import tomllib
from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from itertools import pairwise

from camara_qod.tools.interpreter.reading.addresses import PORT_MAX
from camara_qod.tools.interpreter.reading.mention import Address, Invalid, Mention, Ports
from camara_qod.tools.interpreter.reading.text import Turn

_NUMBER = re.compile(r"[0-9]+")
#: What may stand between ports and the end of their line.
_LINE_ENDS = re.compile(r"[\"'\]}),; ]*\n")
_LIST = re.compile(r"[0-9 ,;/&+.-]+")
#: A quote of JSON, of Python, of JSON inside a string of JSON, or none as in YAML.
_QUOTE = r"\\?[\"']?"
_ONE = rf"{_QUOTE}[0-9]{{1,6}}{_QUOTE}"
_PAIR = rf"\{{\s*{_QUOTE}from{_QUOTE}\s*:\s*{_ONE}\s*,\s*{_QUOTE}to{_QUOTE}\s*:\s*{_ONE}\s*\}}"
_PART = (
    rf"{_QUOTE}(?:ranges{_QUOTE}\s*:\s*\[\s*(?:{_PAIR}(?:\s*,\s*{_PAIR})*\s*)?\]"
    rf"|ports{_QUOTE}\s*:\s*\[\s*(?:{_ONE}(?:\s*,\s*{_ONE})*\s*)?\])"
)
#: CAMARA's `PortsSpec`, with one part or both; or its ranges alone behind a name for ports.
_SPEC = re.compile(
    rf"\{{\s*{_PART}(?:\s*,\s*{_PART})?\s*\}}"
    rf"|(?<=port)(?:s|_?ranges?)?{_QUOTE}\s*[:=]\s*(?P<ranges>\[?\s*{_PAIR}(?:\s*,\s*{_PAIR})*)",
    re.IGNORECASE,
)
#: The same as a block of YAML, or as a list with a port a line.
_LINE = r"[ ]*(?=\n|\Z)"
_PAIR_LINES = rf"\n[ ]*-[ ]+from:[ ]*{_ONE}{_LINE}\n[ ]*to:[ ]*{_ONE}{_LINE}"
_PAIRS = rf"ranges:[ ]*(?:{_PAIR_LINES})+"
_SINGLES = rf"orts:[ ]*(?:\n[ ]*[-*\u2022][ ]+{_ONE}{_LINE})+"
_NAMED = r"(?:(?<![^\W_])p|(?<=[a-z])(?-i:P))"
_BLOCK = re.compile(
    rf"(?<![^\W_]){_PAIRS}(?:\s*p{_SINGLES})?|{_NAMED}{_SINGLES}(?:\s*{_PAIRS})?", re.IGNORECASE
)
_ENDS = re.compile(rf"{_PAIR}|{_PAIR_LINES}", re.IGNORECASE)
#: Source and destination as packet filters and logs name them: `--dport 443`, `spt=5060`.
_FLOW = re.compile(
    r"(?<![^\W_])(?:[sd]ports?|[sd]pt)[\"']?(?:\s*[:=]\s*[\"']?|\s+(?=[0-9]{3}))"
    r"(?P<items>[0-9]{1,6}(?:[:-][0-9]{1,6})?(?:,[0-9]{1,6}(?:[:-][0-9]{1,6})?)*)(?![\w]|[.:/-][0-9])",
    re.IGNORECASE,
)
#: Two addresses with their ports behind a space, and an arrow between them.
_ARROW = r"\s*(?:[-=]?>|\u2192)\s*"
_OF_SOURCE = re.compile(rf"\s+(?P<port>[0-9]{{1,6}}){_ARROW}")
_OF_TARGET = re.compile(r"\s+(?P<port>[0-9]{1,6})(?=\s*(?:[,;)|\n]|\.?\Z))")
#: A port that takes another's place: "port 443 -> 8443".
_INSTEAD = re.compile(rf"{_ARROW}(?P<port>[0-9]{{1,6}})(?=\s*(?:[,;)|\n]|\.(?:\s|\Z)|\Z))")
#: A port that is meant for either end.
_FIELDS = ("applicationServerPorts", "devicePorts")


@cache
def _patterns() -> tuple[re.Pattern[str], re.Pattern[str]]:
    """Ports behind their word or their protocol, and one item of such a list."""
    path = files("camara_qod.tools.interpreter.reading") / "ports.toml"
    words = tomllib.loads(path.read_text(encoding="utf-8"))
    word, kind, protocol, to, joint = (
        "|".join(sorted(map(re.escape, words[name]), key=len, reverse=True))
        for name in ("port", "kind", "protocol", "to", "and")
    )
    to = rf"(?:\s*(?:-|\.\.)\s*|\s+(?:{to})\s+|\s*(?:から|到|至)\s*)"
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


def ports_of_programs(turn: Turn) -> Iterator[Mention]:
    """`{"ranges": [{"from": 5010, "to": 5020}], "ports": [5060]}`, `--dport 5000:5010`."""
    for match in _SPEC.finditer(turn.rest):
        yield from _ports_of_object(turn, *match.span("ranges" if match["ranges"] else 0))
    for match in _BLOCK.finditer(turn.rest):
        yield from _ports_of_object(turn, turn.rest.index("\n", match.start()), match.end())
    for match in _FLOW.finditer(turn.rest):
        yield _ports(turn, *match.span("items"), match["items"].split(","))
    yield from _ports_of_flow(turn)


def _ports_of_object(turn: Turn, start: int, end: int) -> Iterator[Mention]:
    text = turn.rest[start:end]
    ranges = ["-".join(_NUMBER.findall(ends)) for ends in _ENDS.findall(text)]
    single = _NUMBER.findall(_ENDS.sub("", text))
    if single or ranges:
        yield _ports(turn, start, end, [*single, *ranges])


def _ports_of_flow(turn: Turn) -> Iterator[Mention]:
    """`udp 192.0.2.7 5060 > 198.51.100.9 443`."""
    places = sorted((item.start, item.end) for item in turn.found if isinstance(item, Address))
    for (_, end), (start, last) in pairwise(places):
        source = _OF_SOURCE.fullmatch(turn.rest, end, start)
        target = _OF_TARGET.match(turn.rest, last)
        if source and target:
            for match in (source, target):
                yield _ports(turn, *match.span("port"), [match["port"]])


def ports_of_line(turn: Turn) -> Iterator[Mention]:
    """Ports that end their line, so that the next line's first word is no unit of theirs."""
    for mention in ports(turn):
        listed = _LIST.fullmatch(turn.rest, mention.start, mention.end)
        if listed and _LINE_ENDS.match(turn.rest, mention.end):
            yield mention


def ports(turn: Turn) -> Iterator[Mention]:
    """Ports and ranges that stand behind a word for them, or beside their protocol."""
    pattern, item = _patterns()
    for match in pattern.finditer(turn.rest):
        group = "items" if match["items"] else "before"
        yield _ports(turn, *match.span(group), [found[0] for found in item.finditer(match[group])])
        if instead := _INSTEAD.match(turn.rest, match.end(group)):
            yield _ports(turn, *instead.span("port"), [instead["port"]])


def _ports(turn: Turn, start: int, end: int, items: list[str]) -> Mention:
    single: list[int] = []
    ranges: list[tuple[int, int]] = []
    for item in items:
        low, *high = (int(number) for number in _NUMBER.findall(item))
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
