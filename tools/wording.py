"""What the operator's answers say, in sentences; no model writes them.

What is wrong with a value is put into words in `faults.py`.
"""

from typing import Any

from camara_qod.tools.camara.models import QosProfile, SessionInfo

#: What an operation returns; `None` for `deleteSession`.
Answer = SessionInfo | QosProfile | list[SessionInfo] | list[QosProfile] | None


def wire(answer: Answer) -> Any:
    """An answer as JSON."""
    if isinstance(answer, list):
        return [item.wire() for item in answer]
    return None if answer is None else answer.wire()


def answer_text(answer: Answer, arguments: dict[str, Any]) -> str:
    """An operator's answer to an operation with these arguments."""
    if isinstance(answer, list):
        return "\n".join(item_text(item) for item in answer) or "There are none."
    return f"Session {arguments['sessionId']} is deleted." if answer is None else item_text(answer)


def item_text(item: SessionInfo | QosProfile) -> str:
    """A session or a profile."""
    return session_text(item) if isinstance(item, SessionInfo) else profile_text(item)


def profile_text(profile: QosProfile) -> str:
    """A profile: "Profile QOS_E is ACTIVE: lowest latency, from 1 minute to 12 hours."."""
    text = f"Profile {profile.name} is {profile.status.value}"
    limits = [
        f"{word} {spoken(round(length.seconds))}"
        for word, length in (("from", profile.min_duration), ("to", profile.max_duration))
        if length is not None and length.seconds is not None
    ]
    about = ", ".join([*([profile.description] if profile.description else []), " ".join(limits)])
    return f"{text}: {about}." if about else f"{text}."


def session_text(session: SessionInfo) -> str:
    """A session with its profile, state and length."""
    text = (
        f"Session {session.session_id} with {session.qos_profile} is {session.qos_status.value}, "
        f"for {spoken(session.duration)}"
    )
    if session.expires_at is not None:
        text += f" until {session.expires_at:%Y-%m-%d %H:%M:%S} UTC"
    return text + "."


def spoken(seconds: int) -> str:
    """A length of time in words: 5400 is "1 hour 30 minutes"."""
    parts = []
    for name, size in (("day", 86400), ("hour", 3600), ("minute", 60), ("second", 1)):
        count, seconds = divmod(seconds, size)
        if count:
            parts.append(f"{count} {name}{'s' * (count > 1)}")
    return " ".join(parts) or "0 seconds"


def in_words(name: str, value: Any) -> str:
    """An argument as a person would say it."""
    if name in ("duration", "requestedAdditionalDuration"):
        return f"{value} s ({spoken(value)})"
    if name == "device":
        return ", ".join(_identifier(kind, item) for kind, item in value.items())
    if name == "applicationServer":
        return ", ".join(value.values())
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
