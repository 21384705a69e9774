"""Ports as programs write them: objects of JSON and YAML, packet filters, flows."""

import re
from collections.abc import Iterator
from itertools import pairwise

from camara_qod.tools.interpreter.reading.mention import Address, Mention
from camara_qod.tools.interpreter.reading.ports import ARROW, NUMBER, port_mention
from camara_qod.tools.interpreter.reading.text import Turn

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
_OF_SOURCE = re.compile(rf"\s+(?P<port>[0-9]{{1,6}}){ARROW}")
_OF_TARGET = re.compile(r"\s+(?P<port>[0-9]{1,6})(?=\s*(?:[,;)|\n]|\.?\Z))")


def program_ports(turn: Turn) -> Iterator[Mention]:
    """`{"ranges": [{"from": 5010, "to": 5020}], "ports": [5060]}`, `--dport 5000:5010`."""
    for match in _SPEC.finditer(turn.rest):
        yield from _ports_of_object(turn, *match.span("ranges" if match["ranges"] else 0))
    for match in _BLOCK.finditer(turn.rest):
        yield from _ports_of_object(turn, turn.rest.index("\n", match.start()), match.end())
    for match in _FLOW.finditer(turn.rest):
        yield port_mention(turn, *match.span("items"), match["items"].split(","))
    yield from _ports_of_flow(turn)


def _ports_of_object(turn: Turn, start: int, end: int) -> Iterator[Mention]:
    text = turn.rest[start:end]
    ranges = ["-".join(NUMBER.findall(ends)) for ends in _ENDS.findall(text)]
    single = NUMBER.findall(_ENDS.sub("", text))
    if single or ranges:
        yield port_mention(turn, start, end, [*single, *ranges])


def _ports_of_flow(turn: Turn) -> Iterator[Mention]:
    """`udp 192.0.2.7 5060 > 198.51.100.9 443`."""
    places = sorted((item.start, item.end) for item in turn.found if isinstance(item, Address))
    for (_, end), (start, last) in pairwise(places):
        source = _OF_SOURCE.fullmatch(turn.rest, end, start)
        target = _OF_TARGET.match(turn.rest, last)
        if source and target:
            for match in (source, target):
                yield port_mention(turn, *match.span("port"), [match["port"]])
