"""What is put right: in the same breath, or by a later turn that names no end of the connection.

"10.0.0.1, sorry, 10.0.0.2" takes the first back; "the port is 8444, sorry" puts right the one port
that was named; an address of the subnet that one end was in is that end's new address.
"""

import re
from collections.abc import Sequence
from dataclasses import replace
from ipaddress import IPv4Address

from camara_qod.tools.interpreter.mentions import Mentions
from camara_qod.tools.interpreter.reading.mention import Address, Mention, Ports, Role

_WRONG = re.compile(
    r"\b(?:typo|wrong|sorry|mistake|mistyped|actually|correct(?:ion)?|meant|mean|instead|should"
    r"|rather|scratch|oops|chang(?:ed?|ing)|moved|now|re-?boot\w*|re-?start\w*|same\s+(?:address|ip))\b"
    r"|\bnot\s+[0-9]",
    re.IGNORECASE,
)


#: What people say between a slip and what they meant, with nothing else in between.
_SLIP = re.compile(
    r"(?:\W|\b(?:no|nope|wait|hold|hang|on|sorry|pardon|actually|make|it|that|this|scratch|strike"
    r"|forget|i|meant?|rather|or|oops|correction|hmm+|uh+m?|er+m?|ah|well|the|is|was|it['’]s"
    r"|that['’]s|should|be|let['’]?s|let|me|us|say|go|with|for|change|to|better|my|bad|mistake"
    r"|typo|wrong|one|right|correct(?:ly)?|of|course|on|at|port|number|address|ip|an?)\b)*",
    re.IGNORECASE,
)
_SLIPPED = re.compile(
    r"\b(?:no|nope|wait|hold\s+on|hang\s+on|sorry|pardon|actually|make\s+(?:it|that)|scratch|strike"
    r"|forget|i\s+meant?|or\s+rather|oops|correction|change\s+(?:it|that)|better|my\s+bad|mistake"
    r"|typo|wrong)\b",
    re.IGNORECASE,
)


_ABOUT_PORT = re.compile(r"\bthe\s+port\b[^.;!?\n]*\bis\b|\b(?:no|wait)\b.*\bport\b", re.IGNORECASE)


#: The device is said to be the server, and the reverse.
_SWAPPED = re.compile(
    r"\b(?:(?:the\s+)?(?:other|wrong)\s+way\s+(?:a?round|about)|vice\s+versa|swap(?:ped)?\s+(?:them|the\s+two|those"
    r"|both|it)|(?:mixed|muddled|got)\s+(?:them|the\s+two|those|it)\s+(?:up|swapped|backwards|reversed))\b",
    re.IGNORECASE,
)


def corrected(mentions: Mentions, messages: Sequence[str]) -> Mentions:
    """The mentions, with what was put right."""
    items: list[Mention] = []
    mending: list[Mention] = []
    kept, slips = _without_slips(mentions.items, messages)
    for item in kept:
        if item.turn and isinstance(item, Ports):
            if found := _port_it_replaces(item, items, messages[item.turn]):
                place, earlier = found
                items[place] = replace(earlier, port=item.ports[0])
                mending.append(item)
                continue
        elif (
            isinstance(item, Address) and item.role is None and _SWAPPED.search(messages[item.turn])
        ):
            item = replace(item, role=_swapped(item, items))
        elif isinstance(item, Address) and item.role is None and puts_right(messages[item.turn]):
            item = replace(item, role=_end_it_replaces(item, items))
        items.append(item)
    return replace(mentions, items=tuple(items), slips=slips, mending=tuple(mending))


def _without_slips(
    items: Sequence[Mention], messages: Sequence[str]
) -> tuple[list[Mention], tuple[Mention, ...]]:
    """Those that count, and the slips; what puts a slip right stands for the same end."""
    kept: list[Mention] = []
    slips: list[Mention] = []
    for item in items:
        if kept and _put_right(kept[-1], item, messages):
            slip = kept.pop()
            slips.append(replace(slip, end=item.start))
            if isinstance(item, Address | Ports) and item.role is None:
                item = replace(item, role=slip.role)  # type: ignore[attr-defined]
        kept.append(item)
    return kept, tuple(slips)


def _put_right(slip: Mention, item: Mention, messages: Sequence[str]) -> bool:
    if slip.turn != item.turn or type(slip) is not type(item):
        return False
    between = messages[item.turn][slip.end : item.start]
    return bool(_SLIP.fullmatch(between) and _SLIPPED.search(between))


def puts_right(text: str) -> bool:
    """Whether a turn says that something before it was wrong."""
    return bool(_WRONG.search(text))


def _port_it_replaces(new: Ports, earlier: list[Mention], text: str) -> tuple[int, Address] | None:
    """The one address, with its place, whose port a turn of nothing else puts right."""
    if len(new.ports) != 1 or new.ranges or not (puts_right(text) or _ABOUT_PORT.search(text)):
        return None
    if any(isinstance(item, Ports) or item.turn == new.turn for item in earlier):
        return None
    places = [
        (place, item)
        for place, item in enumerate(earlier)
        if isinstance(item, Address) and item.port is not None and new.role in (None, item.role)
    ]
    return places[0] if len(places) == 1 else None


def _swapped(new: Address, earlier: list[Mention]) -> Role | None:
    """The end that an address was not, where it is written again."""
    ends = [
        item.role
        for item in earlier
        if isinstance(item, Address) and item.turn < new.turn and item.ip == new.ip and item.role
    ]
    if not ends:
        return None
    return Role.SERVER if ends[-1] is Role.DEVICE else Role.DEVICE


def _end_it_replaces(new: Address, earlier: list[Mention]) -> Role | None:
    """The end that was in the same /24 before, if only one was."""
    if not isinstance(new.ip, IPv4Address) or new.prefix is not None:
        return None
    ends = {
        item.role
        for item in earlier
        if isinstance(item, Address)
        and item.turn < new.turn
        and isinstance(item.ip, IPv4Address)
        and item.ip.packed[:3] == new.ip.packed[:3]
    }
    return ends.pop() if len(ends) == 1 else None
