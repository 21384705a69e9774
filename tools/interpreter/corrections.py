"""What a later turn says about an earlier one's addresses, where it names no end of the connection.

"The port is 8444, sorry" puts right the one port that was named; an address of the subnet that one
end was in is that end's new address.
"""

import re
from collections.abc import Sequence
from dataclasses import replace
from ipaddress import IPv4Address

from camara_qod.tools.interpreter.mentions import Address, Mention, Mentions, Ports
from camara_qod.tools.interpreter.roles import Role

_WRONG = re.compile(
    r"\b(?:typo|wrong|sorry|mistake|mistyped|actually|correct(?:ion)?|meant|mean|instead|should"
    r"|rather|scratch|oops|chang(?:ed?|ing)|moved|now)\b|\bnot\s+[0-9]",
    re.IGNORECASE,
)


def corrected(mentions: Mentions, messages: Sequence[str]) -> Mentions:
    """The mentions, with what later turns put right."""
    items: list[Mention] = []
    for item in mentions.items:
        if item.turn and isinstance(item, Ports):
            if found := _port_it_replaces(item, items, messages[item.turn]):
                place, earlier = found
                items[place] = replace(earlier, port=item.ports[0])
                continue
        elif isinstance(item, Address) and item.role is None and puts_right(messages[item.turn]):
            item = replace(item, role=_end_it_replaces(item, items))
        items.append(item)
    return replace(mentions, items=tuple(items))


def puts_right(text: str) -> bool:
    """Whether a turn says that something before it was wrong."""
    return bool(_WRONG.search(text))


def _port_it_replaces(new: Ports, earlier: list[Mention], text: str) -> tuple[int, Address] | None:
    """The one address, with its place, whose port a turn of nothing else puts right."""
    if len(new.ports) != 1 or new.ranges or not puts_right(text):
        return None
    if any(isinstance(item, Ports) or item.turn == new.turn for item in earlier):
        return None
    places = [
        (place, item)
        for place, item in enumerate(earlier)
        if isinstance(item, Address) and item.port is not None and new.role in (None, item.role)
    ]
    return places[0] if len(places) == 1 else None


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
