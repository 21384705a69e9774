"""What the user wrote, found and normalised: addresses, numbers, ports, durations, names.

Every identifier that can end in a request is one of these, so what is not found here cannot be
sent. A mention keeps its place (`turn`, `start`, `end`), so that each value can be traced to the
words it came from. What looks like an identifier but is none becomes an `Invalid` mention, which
turns into a question instead of being dropped in silence.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TypeVar

from camara_qod.tools.interpreter.again import find_again
from camara_qod.tools.interpreter.reading import addresses, identifiers, links, phones
from camara_qod.tools.interpreter.reading import lengths as times
from camara_qod.tools.interpreter.reading.mention import (
    Address,
    Invalid,
    Length,
    Mention,
    Moment,
    Phone,
    Ports,
    Role,
)
from camara_qod.tools.interpreter.reading.profile_names import profile_names
from camara_qod.tools.interpreter.reading.text import Turn
from camara_qod.tools.interpreter.roles import (
    DEVICE_WORD,
    SERVER_WORD,
    called_private,
    called_public,
    corrects_server,
    one_owner,
    pointed,
    port_role_of,
    role_of,
)

M = TypeVar("M", bound=Mention)


@dataclass(frozen=True)
class Mentions:
    """All mentions of a conversation, in the order they were written.

    `slips` were put right in the same breath and count no more; each ends where what puts it right
    begins. `mending` are ports that took the place of the one beside an earlier address.
    """

    items: tuple[Mention, ...]
    slips: tuple[Mention, ...] = ()
    mending: tuple[Mention, ...] = ()

    def of(self, kind: type[M]) -> list[M]:
        """Those of one kind, oldest first."""
        return [item for item in self.items if isinstance(item, kind)]


#: "firmware 4.19.0.2" has the form of an address and is none.
_VERSION_BEFORE = re.compile(
    r"\b(?:version|firmware|fw|release|ver|kernel|v)"
    r"(?:\s+(?:version|number|is|no))*[\s.:=]*$",
    re.IGNORECASE,
)
#: "Report to https://…" is an order to the operator, not what an app does.
_REPORT_TO = re.compile(
    r"(?:^|[.;:!?,\n]|\band\b|\bplease\b)\W*(?:and\s+|please\s+|also\s+|just\s+)*"
    r"(?:report|send|post|push|deliver)\b[^.;!?\n]{0,30}\bto\s+$",
    re.IGNORECASE,
)
_API_PATH = re.compile(r"/(?:sessions|retrieve-sessions|qos-profiles)\b", re.IGNORECASE)
#: A link that is not for notifications, to an address that may be an end of the connection.
_HOST_IS_ADDRESS = re.compile(
    r"[a-z][a-z0-9+.-]*://(?:[^/\s@]*@)?(?:[0-9]{1,3}\.|\[)", re.IGNORECASE
)
#: That somebody is to be told what becomes of a session.
_NOTIFY = re.compile(
    r"notif|call\s?back|web\s?hook|\bhook|sink|event|\b(?:push|post|deliver|inform|alert|tell|updat|report"
    r"|send|status|news|ping\s+me|let\b.*\bknow|results?|messages?)",
    re.IGNORECASE,
)
_SERVER_BEFORE = re.compile(
    r"(?:(?:server|backend|endpoint)\W{0,4}(?:is|at|on)?|\b(?:runs|running|hosted)\s+(?:on|at))\W*$",
    re.IGNORECASE,
)
_WORDED_PORT = re.compile(
    r"[\s,;(]*(?:(?:on|at|with|w/?|using|and|via|its|the|public|source|udp|tcp|from|device(?=\s+public))\s+){0,3}"
    r"port(?:\s+(?:number|is|no\.?))*[\s:=#]*(?P<port>[0-9]{1,6})(?![0-9A-Za-z_]|[.:-][0-9])"
    r"(?!\s*(?:-|to\b|through\b|until\b|bis\b|\.\.)\s*[0-9])"
    r"(?!\s*(?:,|/|&|and\b|or\b|und\b|y\b|et\b)\s*[0-9]{2,6}\b(?!\s*[A-Za-z:.]))"
    rf"(?!\s+(?:on|of|at)\s+(?:the\s+)?(?:app(?:lication)?\s+)?(?:{SERVER_WORD}|{DEVICE_WORD})\b(?!\s*ports?|['’]s\s+side))"
    r"|[\"',\s]*public_?port[\"']?\s*[:=]\s*(?P<key>[0-9]{1,6})(?![0-9A-Za-z_]|[.:-][0-9])"
    # "198.51.100.7 on 1883"
    r"|\s+on\s+(?P<bare>[0-9]{4,5})(?=\s*(?:[,;)!?]|\.(?![0-9])|$|(?:for|with|please|pls)\b))"
    r"(?!\s*,\s*[0-9])",
    re.IGNORECASE,
)
_ANSWER = re.compile(r"\W*(?:to|make it|set it to|then)?\s*([0-9]{2,6})\W*", re.IGNORECASE)
_TO = r"(?:-|\bto\b|\btill\b|\bthru\b|\bup\s+to\b|\bthrough\b|\buntil\b|\ba\b|\bà\b|\.\.|\bbis\b)"
_PORT_ITEM = rf"[0-9]{{1,6}}(?:\s*{_TO}\s*(?:port\s+)?[0-9]{{1,6}})?"
_PORT_WORD = (
    r"(?:\b|(?<=_)|(?<=\b(?:as|ue))|(?<=\b(?:srv|dst|src|dev))|(?<=[a-z])(?-i:(?=P)))"
    r"(?:ports?|puertos?|portas?|portes?|porte)"
)
_PORTS = re.compile(
    rf"(?:{_PORT_WORD}[\"']?(?:\s+(?:range|numbers?|nos?\.|is|are|should|be|to|tcp|udp|"
    rf"from|between|on|the|there|(?:do|del|du)\s+serv\w+))*|\b(?:tcp|udp)(?:\s+ports?)?|\blisten(?:s|ing)?\s+(?:on|at)"
    # Right behind an address, which has been read: "198.51.100.7 with 443, 8801".
    rf"|\brange(?=\s+[0-9]{{3,5}}\s*{_TO}\s*[0-9]{{3,5}}\b)"
    r"|(?<=\x00)\s+(?:with|on|using)\s+(?=[0-9]{3,5}\s*(?:,|-|\+|and\b|to\b|through\b)\s*[0-9]{3,5}\b))[\s:=#\[/(\"']*"
    rf"(?P<items>{_PORT_ITEM}(?:(?:\s*[,;&/+]\s*|\s+)(?:(?:and|or|plus|y|und|et|e)\s+)?(?:also\s+)?(?:(?:the\s+)?range\s+(?:from\s+)?)?"
    rf"{_PORT_ITEM}(?![\w:]|\.[0-9])(?!\s*(?:[kmg]b|fps|hz|ms\b|users?|people|players?|devices?|"
    rf"cameras?|sensors?|%)))*)(?![\w]|[.:][0-9])"
    rf"|(?<![\w.:/-])(?P<slash>{_PORT_ITEM})(?:/|\s)(?:tcp|udp)\b",
    re.IGNORECASE,
)
_ONE_PORT = rf"(?<![\w.:/+-]){_PORT_ITEM}(?![\w.:/]|-[0-9])"
_OWNER = rf"(?:(?P<applicationServer>{SERVER_WORD})|(?P<device>{DEVICE_WORD}))"
#: "554 is the server port", "the port of the device is 40022".
_OWNED_PORT = re.compile(
    rf"(?P<items>{_ONE_PORT})\s+(?:is|are)\s+(?:(?:an?|the|my|our)\s+)?{_OWNER}(?:['’]s)?\s+ports?\b",
    re.IGNORECASE,
)
_PORT_OF = re.compile(
    rf"\bports?\s+(?:of|on|at)\s+(?:(?:the|my|our)\s+)?{_OWNER}\s+(?:(?:is|are|should|be|now|to)\s+)*[:=]?\s*"
    rf"(?P<items>{_ONE_PORT}(?:\s*(?:,|and|&)\s*(?:and\s+)?{_ONE_PORT})*)",
    re.IGNORECASE,
)
_BARE_PORT = re.compile(
    rf"{_ONE_PORT}(?!\s*[a-z%])"
    rf"|{_ONE_PORT}(?=\s+(?:on|at|for|and|instead|actually|now|please|then|sorry|not)\b)",
    re.I,
)
#: A turn that speaks of one port: "wrong port, the admin says 7778".
_A_PORT = re.compile(r"\b(?:the|wrong|right|correct|new|its|my)\s+port\b", re.IGNORECASE)
_RANGE_WORDS = re.compile(
    r"(?:between\s+ports?|ports?\s+(?:range\s+)?between)\s+([0-9]{1,6})\s+and\s+([0-9]{1,6})"
    r"|ports\W{1,5}ranges\W{1,6}from\W{1,4}([0-9]{1,6})\W{1,4}to\W{1,4}([0-9]{1,6})",
    re.IGNORECASE,
)
_HOST = re.compile(
    r"(?:\b|(?<=n))(?:server|backend|endpoint|connect(?:ing)? to)(?:\s+(?:is|at|on|address|host|name|called|named|the|my))*[\s:=\"']+(?:https?://)?"
    r"(?P<host>(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,})(?![\w.]*[0-9@])",
    re.IGNORECASE,
)


def find_mentions(
    messages: Sequence[str],
    profiles: Iterable[str] = (),
    *,
    default_region: str | None = None,
) -> Mentions:
    """Everything in a conversation that a request could use.

    Args:
        messages: the user's turns, oldest first.
        profiles: profile names of the operator's catalogue.
        default_region: ISO 3166 country whose national phone numbers count, e.g. `"DE"`.

    Returns:
        Mentions in reading order; never two over the same characters.
    """
    names = tuple(profiles)
    found: list[Mention] = []
    for number, text in enumerate(messages):
        turn, earlier = Turn(number, text), tuple(found)
        for reader in (
            _sinks,
            identifiers.session_ids,
            identifiers.access_identifiers,
            _ipv6,
            addresses.like_ipv6,
            _ipv4,
            _times,
            lambda turn, earlier=earlier: _lengths_again(turn, earlier, messages),
            _answered_lengths,
            phones.international_numbers,
            _owned_ports,
            _ports,
            lambda turn, earlier=earlier: _ports_again(turn, earlier),
            lambda turn: profile_names(turn, names),
            _hosts,
            _bare_links,
            lambda turn: phones.national_numbers(turn, default_region),
        ):
            turn.take(reader)
        found += _shared_roles(sorted(turn.found, key=lambda item: item.start), turn)
    return Mentions(tuple(item for item in found if not _for_nothing(item)))


def _for_nothing(item: Mention) -> bool:
    """Whether it was read only so that nothing inside it is."""
    return isinstance(item, Invalid) and not item.fields


def _sinks(turn: Turn) -> Iterator[Mention]:
    """Links for notifications; where the turn speaks of none, a link is something to read."""
    for item in links.links(turn):
        before = turn.rest[max(0, item.start - 60) : item.start]
        of_server = role_of(turn.rest, item.start, item.end) is Role.SERVER
        if _SERVER_BEFORE.search(before) or (of_server and not _REPORT_TO.search(before)):
            continue  # its host is the server, not a place for notifications
        if _API_PATH.search(turn.text[item.start : item.end]):
            continue  # a call of this API: its path may hold an id
        if isinstance(item, Invalid) and not speaks_of_notifications(turn.text):
            if not _HOST_IS_ADDRESS.match(turn.text, item.start):
                yield replace(item, fields=())
            continue
        yield item


def _bare_links(turn: Turn) -> Iterator[Mention]:
    if speaks_of_notifications(turn.text):
        yield from links.links_without_scheme(turn)


def speaks_of_notifications(text: str) -> bool:
    """Whether somebody is to be told what becomes of a session."""
    return bool(_NOTIFY.search(text))


def _ipv6(turn: Turn) -> Iterator[Mention]:
    for item in addresses.ipv6_addresses(turn):
        yield _with_role(item, turn)


def _ipv4(turn: Turn) -> Iterator[Mention]:
    for item in addresses.ipv4_addresses(turn):
        if _VERSION_BEFORE.search(turn.rest[max(0, item.start - 30) : item.start]):
            continue
        if isinstance(item, Address) and item.prefix is None and item.port is None:
            item = _with_worded_port(item, turn)
        yield _with_role(item, turn)


def _with_worded_port(item: Address, turn: Turn) -> Address:
    match = _WORDED_PORT.match(turn.rest, item.end)
    port = int(match["port"] or match["key"] or match["bare"]) if match else 0
    if not match or port > addresses.PORT_MAX:
        return item  # left for the port finder to complain about
    return replace(item, end=match.end(), port=port)


def _with_role(item: Mention, turn: Turn) -> Mention:
    if not isinstance(item, Address):
        return item
    return replace(item, role=role_of(turn.rest, item.start, item.end))


def _shared_roles(found: list[Mention], turn: Turn) -> list[Mention]:
    """Roles that are said once for two addresses, or by a whole later turn about one address."""
    addresses = [item for item in found if isinstance(item, Address)]
    roles = {id(item): item.role for item in addresses}
    for left, right in pairwise(addresses):
        joint = one_owner(turn.text, left.end, right.start)
        if joint and right.role is None and left.ip.version != right.ip.version:
            roles[id(right)] = roles[id(left)]
    ends = [item for item in found if isinstance(item, Address | Phone)]
    for one, other in pairwise(ends):
        if told := pointed(turn.text, one.end, other.start):
            for end, role in zip((one, other), told, strict=True):
                roles[id(end)] = roles.get(id(end)) or role
    pair = [
        item
        for called in (called_public, called_private)
        for item in addresses
        if item.role is not Role.SERVER and called(turn.text, item.start, item.end)
    ]
    if len(pair) == 2 and pair[0].ip != pair[1].ip:  # two names that a translation gives a device
        roles |= {id(item): Role.DEVICE for item in pair}
    if turn.number and len(addresses) == 1 and corrects_server(turn.text):
        roles[id(addresses[0])] = addresses[0].role or Role.SERVER
    return [
        replace(item, role=roles[id(item)]) if isinstance(item, Address) else item for item in found
    ]


def _times(turn: Turn) -> Iterator[Mention]:
    for time in times.read_times(turn.rest):
        place = (turn.number, time.start, time.end)
        match time:
            case times.Length():
                yield Length(*place, time.seconds, time.total)
            case times.End() | times.Start() | times.Interval() | times.Unread():
                yield Moment(*place, time)


def _answered_lengths(turn: Turn) -> Iterator[Mention]:
    """A bare number is the answer to "For how long?", which names its limits in seconds."""
    if turn.number and (match := _ANSWER.fullmatch(turn.rest)):
        yield Length(turn.number, match.start(1), match.end(1), int(match[1]))


def _lengths_again(
    turn: Turn, earlier: Sequence[Mention], messages: Sequence[str]
) -> Iterator[Mention]:
    """Numbers in place of a length that the turn begins with, or the newest before the turn.

    "2 hours, no, make it 3".
    """
    mine = [item for item in turn.found if isinstance(item, Length)]
    before = mine[:1] or [item for item in earlier if isinstance(item, Length)][-1:]
    if not before:
        return
    last = before[0]
    ports = any(
        isinstance(item, Ports) or getattr(item, "port", None) for item in (*earlier, *turn.found)
    )
    said = messages[last.turn][last.start : last.end]
    # Beside ports a large number may be one.
    for span in find_again(turn.rest, said, 12 if ports else 999):
        if last.turn < turn.number or span.start > last.end:
            yield Length(turn.number, span.start, span.end, span.seconds)


def _owned_ports(turn: Turn) -> Iterator[Mention]:
    for pattern in (_OWNED_PORT, _PORT_OF):
        for match in pattern.finditer(turn.rest):
            items = re.findall(_PORT_ITEM, match["items"], re.IGNORECASE)
            port = _port_mention(turn, match, items)
            owner = Role.DEVICE if match["device"] else Role.SERVER
            yield replace(port, role=owner) if isinstance(port, Ports) else port


def _ports(turn: Turn) -> Iterator[Mention]:
    for match in _RANGE_WORDS.finditer(turn.rest):
        low, high = [part for part in match.groups() if part]
        yield _port_mention(turn, match, [f"{low}-{high}"])
    for match in _PORTS.finditer(turn.rest):
        if not _RANGE_WORDS.search(turn.rest[max(0, match.start() - 10) : match.end() + 12]):
            items = match["items"] or match["slash"]
            yield _port_mention(turn, match, re.findall(_PORT_ITEM, items, re.IGNORECASE))


def _ports_again(turn: Turn, earlier: Sequence[Mention]) -> Iterator[Mention]:
    """A number or range that takes the place of the only ports named before: "7778, not 7777"."""
    before = [item for item in earlier if isinstance(item, Ports)]
    if not before and any(getattr(item, "port", None) is not None for item in earlier):
        numbers = list(_BARE_PORT.finditer(turn.rest)) if _A_PORT.search(turn.rest) else []
        if len(numbers) == 1 and not any(isinstance(item, Ports) for item in turn.found):
            yield _port_mention(turn, numbers[0], [numbers[0][0]])
    if len(before) != 1 or any(isinstance(item, Ports) for item in turn.found):
        return
    old = {str(port) for port in before[0].ports}
    matches = list(_BARE_PORT.finditer(turn.rest))
    new = [match for match in matches if match[0] not in old]
    if before[0].ranges:
        new = [match for match in new if not match[0].isdigit()]
    elif len(new) == len(matches) and not _A_PORT.search(turn.rest):
        return  # the old one is not named: this may be the number of anything
    if len(new) == 1:
        listed = [match[0] for match in matches if _listed_with(match, new[0], turn.rest)]
        port = _port_mention(turn, new[0], listed)
        yield replace(port, role=before[0].role) if isinstance(port, Ports) else port


def _listed_with(one: re.Match[str], other: re.Match[str], text: str) -> bool:
    """Whether two numbers are the same or stand in one list: "10012 and 10013"."""
    first, second = sorted((one, other), key=re.Match.start)
    between = text[first.end() : second.start()]
    return one.span() == other.span() or bool(re.fullmatch(r"\s*(?:,|and|&|\+)\s*", between))


def _port_mention(turn: Turn, match: re.Match[str], items: list[str]) -> Mention:
    ports: list[int] = []
    ranges: list[tuple[int, int]] = []
    place = (turn.number, match.start(), match.end())
    for item in items:
        low, *high = (int(part) for part in re.findall(r"[0-9]+", item))
        if max(low, *high, 0) > 65535 or (high and high[0] < low):
            before = turn.text[max(0, match.start() - 20) : match.start()].lower()
            field = "devicePorts" if "device" in before else "applicationServerPorts"
            return Invalid(
                *place, (field,), f"{item} is no valid port (0 to 65535, lower end first)"
            )
        if high:
            ranges.append((low, high[0]))
        else:
            ports.append(low)
    role = port_role_of(turn.rest, match.start(), match.end()) or _role_beside(turn, match)
    return Ports(*place, tuple(dict.fromkeys(ports)), tuple(dict.fromkeys(ranges)), role)


def _role_beside(turn: Turn, match: re.Match[str]) -> Role | None:
    """The role of the address right before some ports: "on the server, 192.0.2.155, ports …"."""
    for item in turn.found:
        if isinstance(item, Address) and item.end <= match.start():
            between = turn.text[item.end : match.start()]
            if re.fullmatch(r"[\s,;(]*(?:(?:with|on|and|its|the)\s+)*", between):
                return item.role
    return None


def _hosts(turn: Turn) -> Iterator[Mention]:
    for match in _HOST.finditer(turn.rest):
        place = (turn.number, match.start("host"), match.end("host"))
        reason = f"{match['host']} is a host name, and the API needs an IP address"
        yield Invalid(*place, ("applicationServer",), reason)
