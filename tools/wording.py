"""What the operator's answers say, in sentences; no model writes them.

What is wrong with a value is put into words in `faults.py`.
"""

import re
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, tzinfo
from typing import Any

from camara_qod.tools.camara.models import Duration, QosProfile, QosStatus, Rate, SessionInfo

#: How it is said that a device has none.
NO_SESSIONS = "has no sessions."
_UNITS = {"day": 86400, "hour": 3600, "minute": 60, "second": 1}
#: The sentence that `session_text` makes.
_SESSION = re.compile(
    r"Session ([0-9a-f-]{36}) with (\S+) is ([A-Z_]+), for ([0-9a-z ]+?)"
    r"(?: until (\d{4}-\d\d-\d\d \d\d:\d\d:\d\d) (\S+?))?\.(?=\s|$)"
)
_LENGTH = re.compile(rf"(\d+) ({'|'.join(_UNITS)})s?")

#: What an operation returns; `None` for `deleteSession`.
Answer = SessionInfo | QosProfile | list[SessionInfo] | list[QosProfile] | None


def wire(answer: Answer) -> Any:
    """An answer as JSON."""
    if isinstance(answer, list):
        return [item.wire() for item in answer]
    return None if answer is None else answer.wire()


def answer_text(
    operation: str, answer: Answer, arguments: dict[str, Any], zone: tzinfo | None = None
) -> str:
    """An operator's answer to an operation with these arguments.

    Args:
        operation: operationId.
        answer: what the operator returned.
        arguments: those of the operation, on the wire.
        zone: in which times are told; by default the machine's.
    """
    if isinstance(answer, list):
        return _list_text(answer, zone) if answer else _nothing(operation, arguments)
    if answer is None:
        return f"Session {arguments['sessionId']} is deleted."
    return item_text(answer, zone)


def _list_text(answer: list[SessionInfo] | list[QosProfile], zone: tzinfo | None) -> str:
    """A line for each; several sessions are numbered, for they are spoken of by their place."""
    lines = [item_text(item, zone) for item in answer]
    if len(answer) > 1 and isinstance(answer[0], SessionInfo):
        lines = [f"{number}. {line}" for number, line in enumerate(lines, 1)]
    return "\n".join(lines)


def _nothing(operation: str, arguments: dict[str, Any]) -> str:
    """What is said of a list with nothing in it."""
    if operation == "retrieveQoSProfiles":
        return "The operator has no profiles."
    device = arguments.get("device")
    return f"{in_words('device', device) if device else 'The device'} {NO_SESSIONS}"


def item_text(item: SessionInfo | QosProfile, zone: tzinfo | None = None) -> str:
    """A session or a profile."""
    return session_text(item, zone) if isinstance(item, SessionInfo) else profile_text(item)


def profile_text(profile: QosProfile) -> str:
    """What a profile is for, its limits and its figures, as far as the operator tells them.

    "Profile QOS_E is ACTIVE: lowest latency, from 1 minute to 12 hours. Delay at most 20
    milliseconds, jitter at most 5 milliseconds."
    """
    text = f"Profile {profile.name} is {profile.status.value}"
    about = ", ".join([*filter(None, [profile.description]), limits_text(profile)])
    text = f"{text}: {about}." if about else f"{text}."
    figures = ", ".join(_figures(profile))
    return f"{text} {figures[0].upper()}{figures[1:]}." if figures else text


def limits_text(profile: QosProfile) -> str:
    """How long a session may be, as far as the operator tells it: "from 1 minute to 12 hours"."""
    limits = (("from", profile.min_duration), ("to", profile.max_duration))
    return " ".join(
        f"{word} {spoken(round(length.seconds))}"
        for word, length in limits
        if length is not None and length.seconds is not None
    )


def _figures(profile: QosProfile) -> Iterator[str]:
    """The figures that the operator tells of a profile."""
    told: tuple[tuple[str, Duration | Rate | None, str], ...] = (
        ("delay at most", profile.packet_delay_budget, ""),
        ("jitter at most", profile.jitter, ""),
        ("at least", profile.target_min_downstream_rate, " downstream"),
        ("at most", profile.max_downstream_rate, " downstream"),
        ("at least", profile.target_min_upstream_rate, " upstream"),
        ("at most", profile.max_upstream_rate, " upstream"),
    )
    for word, figure, way in told:
        if figure is not None and figure.value is not None and figure.unit is not None:
            yield f"{word} {figure.value} {_unit(figure.unit, figure.value)}{way}"
    if profile.packet_error_loss_rate is not None:
        yield f"at most 1 packet in {10**profile.packet_error_loss_rate:,} lost"


def _unit(unit: str, value: int) -> str:
    """A unit in a sentence: "Milliseconds" are "milliseconds", and one is a "millisecond"."""
    if not unit.endswith("s") or unit.endswith("bps"):
        return unit
    return unit.lower().removesuffix("s" if value == 1 else "")


def session_text(session: SessionInfo, zone: tzinfo | None = None) -> str:
    """A session with its profile, state, length and end; the zone as for `answer_text`."""
    text = (
        f"Session {session.session_id} with {session.qos_profile} is {session.qos_status.value}, "
        f"for {spoken(session.duration)}"
    )
    if session.expires_at is not None:
        text += f" until {moment_text(session.expires_at, zone)}"
    return text + "."


def sessions_told(text: str, zone: tzinfo | None = None) -> list[dict[str, Any]]:
    """The sessions of a text that `answer_text` has made, with what it tells of each.

    Args:
        text: may hold other sentences too.
        zone: in which the times were told; an end in a zone that is not known here is left out.

    Returns:
        Members of CAMARA's `SessionInfo`, on the wire.
    """
    return [_session_told(match, zone) for match in _SESSION.finditer(text)]


def _session_told(match: re.Match[str], zone: tzinfo | None) -> dict[str, Any]:
    session_id, profile, status, length, moment, zone_told = match.groups()
    seconds = sum(int(count) * _UNITS[unit] for count, unit in _LENGTH.findall(length))
    told = {"sessionId": session_id, "qosProfile": profile, "qosStatus": status}
    ends = _moment_told(moment, zone_told, zone) if moment else None
    more = {"expiresAt": ends.isoformat()} if ends else {}
    return told | {"duration": seconds} | more


def _moment_told(text: str, name: str, zone: tzinfo | None) -> datetime | None:
    """The moment that `moment_text` told by this name of a zone."""
    local = datetime.fromisoformat(text)
    if zone_name(here := local.replace(tzinfo=zone) if zone else local.astimezone()) == name:
        return here
    distance = "+00" if name == "UTC" else name.removeprefix("UTC")
    try:
        return datetime.fromisoformat(f"{text}{distance}") if distance[:1] in "+-" else None
    except ValueError:
        return None


def standing_text(session: SessionInfo, zone: tzinfo | None = None) -> str:
    """A session, whose it is, and how long it lasts: "… +351966666666, 5 minutes left."."""
    device = in_words("device", session.device.wire()) if session.device else ""
    now = ", ".join(filter(None, [device, time_left(session)]))
    return f"{session_text(session, zone)} {now}." if now else session_text(session, zone)


def time_left(session: SessionInfo) -> str:
    """How much longer a session lasts; empty where it is not in force or its end is not known.

    Whole minutes, and seconds only in the last two minutes.
    """
    if session.qos_status is not QosStatus.AVAILABLE or session.expires_at is None:
        return ""
    left = int((session.expires_at - datetime.now(UTC)).total_seconds())
    if left <= 0:
        return "ended"
    return f"{spoken(left if left < 120 else left - left % 60)} left"


def moment_text(moment: datetime, zone: tzinfo | None = None) -> str:
    """A moment: "2026-11-24 17:11:35 UTC"; the zone as for `answer_text`."""
    local = moment.astimezone(zone)
    return f"{local:%Y-%m-%d %H:%M:%S} {zone_name(local)}"


def zone_name(moment: datetime) -> str:
    """The name of a moment's zone; zones without one are told by their distance: "UTC-03"."""
    name = moment.tzname() or ""
    return f"UTC{name}" if name.startswith(("+", "-")) else name


def spoken(seconds: float) -> str:
    """A length of time in words: 5400 is "1 hour 30 minutes", 0.5 is "0.5 seconds"."""
    parts = []
    for name in ("day", "hour", "minute"):
        count, seconds = divmod(seconds, _UNITS[name])
        if count:
            parts.append(f"{count:.0f} {name}{'s' * (count != 1)}")
    if seconds or not parts:
        parts.append(f"{seconds:.4g} second{'s' * (seconds != 1)}")
    return " ".join(parts)


def listed(items: Sequence[str]) -> str:
    """Items in a sentence: "a, b and c"."""
    return " and ".join(filter(None, [", ".join(items[:-1]), *items[-1:]]))


def in_words(name: str, value: Any) -> str:
    """An argument as a person would say it."""
    if name in ("duration", "requestedAdditionalDuration"):
        return f"{value} s ({spoken(value)})"
    if name == "device":
        return ", ".join(_identifier(kind, item) for kind, item in value.items())
    if name == "applicationServer":
        parts = (item if isinstance(item, list) else [item] for item in value.values())
        return ", ".join(part for items in parts for part in items)
    if name in ("devicePorts", "applicationServerPorts"):
        ranges = [f"{item['from']}-{item['to']}" for item in value.get("ranges", [])]
        return ", ".join([*ranges, *map(str, value.get("ports", []))])
    return str(value)


def _identifier(kind: str, value: Any) -> str:
    if kind != "ipv4Address":
        return str(value)
    public, private = value["publicAddress"], value.get("privateAddress")
    port = f" port {value['publicPort']}" if "publicPort" in value else ""
    if private is None:
        return f"{public}{port}"
    if private == public:
        return f"{public} (public and private){port}"
    return f"{public}{port} (private {private})"
