"""What the user wrote, found and normalised: addresses, numbers, ports, durations, names.

Every identifier that can end in a request is one of these, so what is not found here cannot be
sent. A mention keeps its place (`turn`, `start`, `end`), so that each value can be traced to the
words it came from. What looks like an identifier but is none becomes an `Invalid` mention, which
turns into a question instead of being dropped in silence.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from ipaddress import IPv4Address, IPv6Address, ip_address
from itertools import pairwise
from typing import TypeVar

import phonenumbers

from camara_qod.tools.camara.models import PortsSpec
from camara_qod.tools.interpreter.durations import CUE, find_again, find_durations
from camara_qod.tools.interpreter.roles import (
    DEVICE_WORD,
    SERVER_WORD,
    Role,
    called_private,
    called_public,
    corrects_server,
    one_owner,
    pointed,
    port_role_of,
    role_of,
)


@dataclass(frozen=True, slots=True)
class Mention:
    """A stretch of a user's turn: `messages[turn][start:end]`."""

    turn: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Address(Mention):
    """An IP address, with the prefix length of a subnet or the port written beside it.

    `glued` tells "1.2.3.4:443", which can only mean that address and port belong together, from
    "1.2.3.4 port 443", which a reader has to judge. `role` is what the words before it say.
    """

    ip: IPv4Address | IPv6Address
    prefix: int | None = None
    port: int | None = None
    glued: bool = False
    role: Role | None = None

    @property
    def text(self) -> str:
        """RFC 5952 form for IPv6, dotted quad for IPv4, with the prefix if there is one."""
        return str(self.ip) if self.prefix is None else f"{self.ip}/{self.prefix}"


@dataclass(frozen=True, slots=True)
class Phone(Mention):
    """A phone number in E.164 form."""

    number: str


def identifier(item: Address | Phone) -> str:
    """What a device is told by: its number, or its address."""
    return item.number if isinstance(item, Phone) else str(item.ip)


@dataclass(frozen=True, slots=True)
class Ports(Mention):
    """Ports and port ranges named together: "ports 80, 443 and 5000-5010".

    `role` is whose they are, where the words beside them say so.
    """

    ports: tuple[int, ...]
    ranges: tuple[tuple[int, int], ...]
    role: Role | None = None

    @property
    def spec(self) -> PortsSpec:
        """The CAMARA form."""
        fields = {
            "ranges": [{"from": low, "to": high} for low, high in self.ranges],
            "ports": list(self.ports),
        }
        return PortsSpec.model_validate({name: value for name, value in fields.items() if value})


@dataclass(frozen=True, slots=True)
class Length(Mention):
    """A length of time in seconds, not yet judged against any limit."""

    seconds: int


@dataclass(frozen=True, slots=True)
class SessionId(Mention):
    """A UUID, lower case."""

    uuid: str


@dataclass(frozen=True, slots=True)
class Sink(Mention):
    """An https URL."""

    url: str


@dataclass(frozen=True, slots=True)
class ProfileName(Mention):
    """A profile by name. `known` is false where the catalogue has no such profile."""

    name: str
    known: bool


@dataclass(frozen=True, slots=True)
class Invalid(Mention):
    """What stands where an identifier should, and why it is none.

    `fields` are the arguments of `createSession` that it may have been meant for.
    """

    fields: tuple[str, ...]
    reason: str


ADDRESS_FIELDS = ("device", "applicationServer")


M = TypeVar("M", bound=Mention)


@dataclass(frozen=True)
class Mentions:
    """All mentions of a conversation, in the order they were written.

    `slips` were put right in the same breath and count no more; each ends where what puts it right
    begins. `mending` are ports that took the place of the one beside an earlier address.
    """

    items: tuple[Mention, ...]
    speaks_of_time: bool
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
_URL = re.compile(r"https://[A-Za-z0-9._~:/?#\[\]@!$&'()*+,;=%-]+", re.IGNORECASE)
#: "Report to https://…" is an order to the operator, not what an app does.
_REPORT_TO = re.compile(
    r"(?:^|[.;:!?,\n]|\band\b|\bplease\b)\W*(?:and\s+|please\s+|also\s+|just\s+)*"
    r"(?:report|send|post|push|deliver)\b[^.;!?\n]{0,30}\bto\s+$",
    re.IGNORECASE,
)
_API_PATH = re.compile(r"/(?:sessions|retrieve-sessions|qos-profiles)\b", re.IGNORECASE)
_SERVER_BEFORE = re.compile(
    r"(?:(?:server|backend|endpoint)\W{0,4}(?:is|at|on)?|\b(?:runs|running|hosted)\s+(?:on|at))\W*$",
    re.IGNORECASE,
)
_UUID = re.compile(
    r"(?<![\w-])[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}(?![\w-])",
    re.IGNORECASE,
)
_IPV6 = re.compile(
    r"(?:(?<![\w:.])|(?<=[g-z]:)|(?<=v[46]:))(?:\[(?P<inside>[0-9a-f:.]*:[0-9a-f:.]*)(?:%[\w.-]+)?\]:(?P<port>[0-9]{1,6})"
    r"|\[?(?P<bare>[0-9a-f]{0,4}:[0-9a-f:]*:[0-9a-f:.]*[0-9a-f]|[0-9a-f]{1,4}(?::[0-9a-f]{1,4})*::)"
    r"(?:%[\w.-]+)?(?:/(?P<prefix>[0-9]{1,3}))?\]?)(?!\w|:[\w:])",
    re.IGNORECASE,
)
_LIKE_IPV6 = re.compile(r"(?<![\w:.])[0-9a-f]{1,4}:(?=[\w:]*::)[\w:]+", re.IGNORECASE)
#: A network access identifier. It is in CAMARA's schema "for future-proofing", and its use is not
#: allowed yet (description of `Device` in quality-on-demand 1.1.0).
_NAI = re.compile(r"(?<![\w.+@-])[A-Za-z0-9._%+-]+@(?:[A-Za-z0-9-]+\.)+[A-Za-z]{2,}(?![\w-])")
_IPV4 = re.compile(
    r"(?<![0-9A-Za-z_.+])(?!00[1-9])(?P<ip>[0-9]{1,4}(?:\.[0-9]{1,4}){3})"
    r"(?:/(?P<prefix>[0-9]{1,3}))?(?::(?P<port>[0-9]{1,6}))?(?![0-9A-Za-z_]|\.[0-9])"
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
_PHONE = re.compile(
    r"(?<![\w+])(?:tel:\s?)?(?:\+|00)[ (]{0,2}[1-9](?:[ ().\-/]{0,3}[0-9])*(?![0-9A-Za-z])"
)
_LOCAL_PHONE = re.compile(
    r"(?<![\w+.,:/-])(?:\(?0|[0-9]{2,5}[ .\-/)]|(?=[0-9]{9}))[0-9]?(?:[ ().\-/]{0,2}[0-9]){5,13}"
    r"(?![\w]|[.,:][0-9])"
)
_ANSWER = re.compile(r"\W*(?:to|make it|set it to|then)?\s*([0-9]{2,6})\W*", re.IGNORECASE)
_E164 = re.compile(r"\+[1-9][0-9]{4,14}")
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
_UNKNOWN_PROFILE = re.compile(
    r"(?<![\w])(?![Qq][Oo][Ss]_(?i:profile|session|level|class|name)s?\b)"
    r"(?:QOS_[A-Za-z0-9_.-]*[A-Za-z0-9]|QoS_[A-Za-z0-9]+|qos_[a-z0-9]+|QOS-[A-Z0-9]+)(?!\w)"
    r"|(?<=profile )(?P<named>[A-Z][A-Z0-9]*[_-][A-Z0-9_-]*[A-Z0-9])(?!\w)"
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
    rest: list[str] = []
    for turn, text in enumerate(messages):
        reader, earlier = _Reader(turn, text), tuple(found)
        for finder in (
            _sinks,
            _session_ids,
            _access_identifiers,
            _ipv6,
            _like_ipv6,
            _ipv4,
            _lengths,
            lambda reader, earlier=earlier: _lengths_again(reader, earlier, messages),
            _answered_lengths,
            _phones,
            _owned_ports,
            _ports,
            lambda reader, earlier=earlier: _ports_again(reader, earlier),
            lambda reader: _profiles(reader, names),
            _hosts,
            lambda reader: _local_phones(reader, default_region),
        ):
            reader.take(finder)
        found += _shared_roles(sorted(reader.found, key=lambda item: item.start), reader)
        rest.append(reader.rest)
    return Mentions(tuple(found), any(CUE.search(text) for text in rest))


#: Characters that typesetting puts for plain ones, each for exactly one, so that places hold.
_PLAIN = str.maketrans(
    dict.fromkeys("\u00a0\u2007\u2009\u202f\t", " ")
    | dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2015\u2212", "-")
    | {chr(0xFF01 + code): chr(0x21 + code) for code in range(94)}
)


class _Reader:
    """One turn; characters already read are blanked, so that nothing is read twice."""

    def __init__(self, turn: int, text: str) -> None:
        self.turn = turn
        self.text = text
        self.rest = text.translate(_PLAIN)
        self.found: list[Mention] = []

    def take(self, finder: "Callable[[_Reader], Iterator[Mention]]") -> None:
        new = list(finder(self))
        self.found += new
        for item in new:
            blank = "\x00" * (item.end - item.start)
            self.rest = self.rest[: item.start] + blank + self.rest[item.end :]


def _sinks(reader: _Reader) -> Iterator[Mention]:
    for match in _URL.finditer(reader.rest):
        before = reader.rest[max(0, match.start() - 60) : match.start()]
        of_server = role_of(reader.rest, *match.span()) is Role.SERVER
        if _SERVER_BEFORE.search(before) or (of_server and not _REPORT_TO.search(before)):
            continue  # its host is the server, not a place for notifications
        if _API_PATH.search(match[0]):
            continue  # a call of this API: its path may hold an id
        url = match[0].rstrip(".,;:!?)]'")
        if len(url) > len("https://"):
            url = "https" + url[5:]
            yield Sink(reader.turn, match.start(), match.start() + len(url), url)


def _session_ids(reader: _Reader) -> Iterator[Mention]:
    for match in _UUID.finditer(reader.rest):
        yield SessionId(reader.turn, match.start(), match.end(), match[0].lower())


def _ipv6(reader: _Reader) -> Iterator[Mention]:
    for match in _IPV6.finditer(reader.rest):
        text = match["inside"] or match["bare"]
        place = (reader.turn, match.start(), match.end())
        try:
            ip = ip_address(text)
        except ValueError:
            if "::" in text or text.count(":") >= 6:  # a clock time or a MAC address has fewer
                yield Invalid(*place, ADDRESS_FIELDS, f"{text} is not an IPv6 address")
            continue
        if isinstance(ip, IPv6Address):
            yield _address(reader, match, ip, match["prefix"], match["port"])


def _like_ipv6(reader: _Reader) -> Iterator[Mention]:
    for match in _LIKE_IPV6.finditer(reader.rest):
        reason = f"{match[0]} is not an IPv6 address"
        yield Invalid(reader.turn, match.start(), match.end(), ADDRESS_FIELDS, reason)


def _access_identifiers(reader: _Reader) -> Iterator[Mention]:
    for match in _NAI.finditer(reader.rest):
        reason = f"CAMARA does not allow network access identifiers such as {match[0]} yet"
        yield Invalid(reader.turn, match.start(), match.end(), ("device",), reason)


def _ipv4(reader: _Reader) -> Iterator[Mention]:
    for match in _IPV4.finditer(reader.rest):
        if _VERSION_BEFORE.search(reader.rest[max(0, match.start() - 30) : match.start()]):
            continue
        try:
            ip = IPv4Address(match["ip"])
        except ValueError:
            place = (reader.turn, match.start(), match.end())
            yield Invalid(*place, ADDRESS_FIELDS, f"{match['ip']} is not an IPv4 address")
            continue
        worded = None
        if match["prefix"] is None and match["port"] is None:
            worded = _WORDED_PORT.match(reader.rest, match.end())
            if worded and int(_number_of(worded)) > 65535:
                worded = None  # left for the port finder to complain about
        end = worded.end() if worded else match.end()
        yield _address(
            reader,
            match,
            ip,
            match["prefix"],
            match["port"],
            worded and _number_of(worded),
            end,
        )


def _number_of(worded: re.Match[str]) -> str:
    return worded["port"] or worded["key"] or worded["bare"]


def _address(
    reader: _Reader,
    match: re.Match[str],
    ip: IPv4Address | IPv6Address,
    prefix: str | None,
    port: str | None,
    worded_port: str | None = None,
    end: int | None = None,
) -> Mention:
    place = (reader.turn, match.start(), end or match.end())
    if prefix is not None and int(prefix) > ip.max_prefixlen:
        return Invalid(*place, ("applicationServer",), f"{match[0]} is not a valid subnet")
    if port is not None and int(port) > 65535:
        return Invalid(*place, ADDRESS_FIELDS, f"{match[0]} has no valid port (0 to 65535)")
    number = port or worded_port
    return Address(
        *place,
        ip=ip,
        prefix=None if prefix is None else int(prefix),
        port=None if number is None else int(number),
        glued=port is not None,
        role=role_of(reader.rest, place[1], place[2]),
    )


def _shared_roles(found: list[Mention], reader: _Reader) -> list[Mention]:
    """Roles that are said once for two addresses, or by a whole later turn about one address."""
    addresses = [item for item in found if isinstance(item, Address)]
    roles = {id(item): item.role for item in addresses}
    for left, right in pairwise(addresses):
        joint = one_owner(reader.text, left.end, right.start)
        if joint and right.role is None and left.ip.version != right.ip.version:
            roles[id(right)] = roles[id(left)]
    ends = [item for item in found if isinstance(item, Address | Phone)]
    for one, other in pairwise(ends):
        if told := pointed(reader.text, one.end, other.start):
            for end, role in zip((one, other), told, strict=True):
                roles[id(end)] = roles.get(id(end)) or role
    pair = [
        item
        for called in (called_public, called_private)
        for item in addresses
        if item.role is not Role.SERVER and called(reader.text, item.start, item.end)
    ]
    if len(pair) == 2 and pair[0].ip != pair[1].ip:  # two names that a translation gives a device
        roles |= {id(item): Role.DEVICE for item in pair}
    if reader.turn and len(addresses) == 1 and corrects_server(reader.text):
        roles[id(addresses[0])] = addresses[0].role or Role.SERVER
    return [
        replace(item, role=roles[id(item)]) if isinstance(item, Address) else item for item in found
    ]


def _lengths(reader: _Reader) -> Iterator[Mention]:
    for span in find_durations(reader.rest):
        yield Length(reader.turn, span.start, span.end, span.seconds)


def _answered_lengths(reader: _Reader) -> Iterator[Mention]:
    """A bare number is the answer to "For how long?", which names its limits in seconds."""
    if reader.turn and (match := _ANSWER.fullmatch(reader.rest)):
        yield Length(reader.turn, match.start(1), match.end(1), int(match[1]))


def _lengths_again(
    reader: _Reader, earlier: Sequence[Mention], messages: Sequence[str]
) -> Iterator[Mention]:
    """Numbers in place of a length that the turn begins with, or the newest before the turn.

    "2 hours, no, make it 3".
    """
    mine = [item for item in reader.found if isinstance(item, Length)]
    before = mine[:1] or [item for item in earlier if isinstance(item, Length)][-1:]
    if not before:
        return
    last = before[0]
    ports = any(
        isinstance(item, Ports) or getattr(item, "port", None) for item in (*earlier, *reader.found)
    )
    said = messages[last.turn][last.start : last.end]
    # Beside ports a large number may be one.
    for span in find_again(reader.rest, said, 12 if ports else 999):
        if last.turn < reader.turn or span.start > last.end:
            yield Length(reader.turn, span.start, span.end, span.seconds)


def _phones(reader: _Reader) -> Iterator[Mention]:
    for match in _PHONE.finditer(reader.rest):
        end, number = _longest_number(match[0])
        place = (reader.turn, match.start(), match.start() + end)
        if _E164.fullmatch(number) and len(number) > 7:
            yield Phone(*place, number)
        else:
            reason = f"{match[0].strip()} is not a phone number in international form"
            yield Invalid(*place, ("device",), reason)


def _longest_number(text: str) -> tuple[int, str]:
    """Where the number ends, and its E.164 form.

    Numbers are written in groups, and a number that follows ("+1 555 010 0123 4 people") looks
    like one more group. What is possible as a whole is taken whole; else the longest run of groups
    that the numbering plan knows; a number unknown to every plan is taken whole, since test numbers
    are.
    """
    ends = [match.end() for match in re.finditer(r"[0-9]+", text)]
    candidates = [(end, _e164(text[:end])) for end in reversed(ends)]
    *_, last = re.findall(r"[0-9]+", text)
    stray = len(last) == 1 and len(candidates) > 1
    if stray and any(_is(phonenumbers.is_valid_number, number) for _, number in candidates[1:]):
        candidates = candidates[1:]
    if _is(phonenumbers.is_possible_number, candidates[0][1]):
        return candidates[0]
    for accept in (phonenumbers.is_valid_number, phonenumbers.is_possible_number):
        for candidate in candidates:
            if _is(accept, candidate[1]):
                return candidate
    return candidates[0]


def _is(accept: Callable[[phonenumbers.PhoneNumber], bool], number: str) -> bool:
    try:
        return accept(phonenumbers.parse(number))
    except phonenumbers.NumberParseException:
        return False


def _e164(text: str) -> str:
    digits = re.sub(r"[^0-9]", "", text.replace("(0)", ""))
    return "+" + (digits if "+" in text else digits.removeprefix("00"))


def _local_phones(reader: _Reader, region: str | None) -> Iterator[Mention]:
    for match in _LOCAL_PHONE.finditer(reader.rest):
        place = (reader.turn, match.start(), match.end())
        if region:
            try:
                parsed = phonenumbers.parse(match[0], region)
            except phonenumbers.NumberParseException:
                continue
            if phonenumbers.is_valid_number(parsed):
                e164 = phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)
                yield Phone(*place, e164)
                continue
        yield Invalid(
            *place, ("device",), f"{match[0].strip()} is no phone number with a country code"
        )


def _owned_ports(reader: _Reader) -> Iterator[Mention]:
    for pattern in (_OWNED_PORT, _PORT_OF):
        for match in pattern.finditer(reader.rest):
            items = re.findall(_PORT_ITEM, match["items"], re.IGNORECASE)
            port = _port_mention(reader, match, items)
            owner = Role.DEVICE if match["device"] else Role.SERVER
            yield replace(port, role=owner) if isinstance(port, Ports) else port


def _ports(reader: _Reader) -> Iterator[Mention]:
    for match in _RANGE_WORDS.finditer(reader.rest):
        low, high = [part for part in match.groups() if part]
        yield _port_mention(reader, match, [f"{low}-{high}"])
    for match in _PORTS.finditer(reader.rest):
        if not _RANGE_WORDS.search(reader.rest[max(0, match.start() - 10) : match.end() + 12]):
            items = match["items"] or match["slash"]
            yield _port_mention(reader, match, re.findall(_PORT_ITEM, items, re.IGNORECASE))


def _ports_again(reader: _Reader, earlier: Sequence[Mention]) -> Iterator[Mention]:
    """A number or range that takes the place of the only ports named before: "7778, not 7777"."""
    before = [item for item in earlier if isinstance(item, Ports)]
    if not before and any(getattr(item, "port", None) is not None for item in earlier):
        numbers = list(_BARE_PORT.finditer(reader.rest)) if _A_PORT.search(reader.rest) else []
        if len(numbers) == 1 and not any(isinstance(item, Ports) for item in reader.found):
            yield _port_mention(reader, numbers[0], [numbers[0][0]])
    if len(before) != 1 or any(isinstance(item, Ports) for item in reader.found):
        return
    old = {str(port) for port in before[0].ports}
    matches = list(_BARE_PORT.finditer(reader.rest))
    new = [match for match in matches if match[0] not in old]
    if before[0].ranges:
        new = [match for match in new if not match[0].isdigit()]
    elif len(new) == len(matches) and not _A_PORT.search(reader.rest):
        return  # the old one is not named: this may be the number of anything
    if len(new) == 1:
        listed = [match[0] for match in matches if _listed_with(match, new[0], reader.rest)]
        port = _port_mention(reader, new[0], listed)
        yield replace(port, role=before[0].role) if isinstance(port, Ports) else port


def _listed_with(one: re.Match[str], other: re.Match[str], text: str) -> bool:
    """Whether two numbers are the same or stand in one list: "10012 and 10013"."""
    first, second = sorted((one, other), key=re.Match.start)
    between = text[first.end() : second.start()]
    return one.span() == other.span() or bool(re.fullmatch(r"\s*(?:,|and|&|\+)\s*", between))


def _port_mention(reader: _Reader, match: re.Match[str], items: list[str]) -> Mention:
    ports: list[int] = []
    ranges: list[tuple[int, int]] = []
    place = (reader.turn, match.start(), match.end())
    for item in items:
        low, *high = (int(part) for part in re.findall(r"[0-9]+", item))
        if max(low, *high, 0) > 65535 or (high and high[0] < low):
            before = reader.text[max(0, match.start() - 20) : match.start()].lower()
            field = "devicePorts" if "device" in before else "applicationServerPorts"
            return Invalid(
                *place, (field,), f"{item} is no valid port (0 to 65535, lower end first)"
            )
        if high:
            ranges.append((low, high[0]))
        else:
            ports.append(low)
    role = port_role_of(reader.rest, match.start(), match.end()) or _role_beside(reader, match)
    return Ports(*place, tuple(dict.fromkeys(ports)), tuple(dict.fromkeys(ranges)), role)


def _role_beside(reader: _Reader, match: re.Match[str]) -> Role | None:
    """The role of the address right before some ports: "on the server, 192.0.2.155, ports …"."""
    for item in reader.found:
        if isinstance(item, Address) and item.end <= match.start():
            between = reader.text[item.end : match.start()]
            if re.fullmatch(r"[\s,;(]*(?:(?:with|on|and|its|the)\s+)*", between):
                return item.role
    return None


def _profiles(reader: _Reader, names: tuple[str, ...]) -> Iterator[Mention]:
    taken: set[int] = set()
    for name in sorted(names, key=len, reverse=True):
        for match in _name_pattern(name).finditer(reader.rest):
            if taken.isdisjoint(range(match.start(), match.end())):
                taken.update(range(match.start(), match.end()))
                yield ProfileName(reader.turn, match.start(), match.end(), name, known=True)
    for match in _UNKNOWN_PROFILE.finditer(reader.rest):
        if taken.isdisjoint(range(match.start(), match.end())):
            yield ProfileName(reader.turn, match.start(), match.end(), match[0], known=False)


def _name_pattern(name: str) -> re.Pattern[str]:
    """How people write a profile name: separators and case are theirs, unless it is a word.

    A name such as "voice" is also plain English, so it counts only beside the word "profile" or
    in quotes.
    """
    if re.fullmatch(r"[A-Za-z]+", name):
        quoted = rf"[\"'`]{name}[\"'`]"
        pattern = rf"(?:(?<=profile )|(?<=profile: )|(?<=profile=)){name}(?!\w)|{quoted}"
        return re.compile(rf"{pattern}|(?<!\w){name}(?= profile\b)", re.IGNORECASE)
    loose = r"[\s_.-]?".join(re.escape(part) for part in re.split(r"[_.-]", name) if part)
    tight = loose.replace(r"[\s_.-]?", "[_.-]?")
    *_, last = re.split(r"[_.-]", name)
    # "QoS e.g." and "la QoS s'il te plaît" name no profile: behind a space the case counts.
    spaced = rf"(?=\S+\s+(?-i:{re.escape(last)})(?!\w)){loose}"
    return re.compile(rf"(?<![\w.-])(?:{tight}|{spaced})(?![\w-]|['’.]\w)", re.IGNORECASE)


def _hosts(reader: _Reader) -> Iterator[Mention]:
    for match in _HOST.finditer(reader.rest):
        place = (reader.turn, match.start("host"), match.end("host"))
        reason = f"{match['host']} is a host name, and the API needs an IP address"
        yield Invalid(*place, ("applicationServer",), reason)
