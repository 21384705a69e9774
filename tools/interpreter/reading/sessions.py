"""The sessions that the API has named in a conversation, which nobody needs to write an id of."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any


@dataclass(frozen=True)
class SessionTimes:
    """How long a session lasts: its whole `duration` in seconds, and when it ends.

    `profile` is the name of the one that it has, which has limits; empty where it is not known.
    """

    duration: int
    expires_at: datetime | None = None
    profile: str = ""


def _times(session: Mapping[str, Any]) -> SessionTimes:
    ends = session.get("expiresAt")
    moment = datetime.fromisoformat(ends) if ends else None
    return SessionTimes(session["duration"], moment, str(session.get("qosProfile", "")))


@dataclass(frozen=True)
class KnownSessions:
    """Sessions that the API has named in this conversation.

    Attributes:
        listed: ids in the order of the newest list.
        current: the one that was spoken of last.
        times: of those whose answers told them.
        devices: on the wire, of those whose answer or call told it.
    """

    listed: tuple[str, ...] = ()
    current: str | None = None
    times: Mapping[str, SessionTimes] = field(default_factory=dict)
    devices: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    @property
    def ids(self) -> tuple[str, ...]:
        """All of them, each once, in the order of the list."""
        current = () if self.current is None else (self.current,)
        return tuple(dict.fromkeys((*self.listed, *current)))

    def answered(self, ids: tuple[str, ...]) -> "KnownSessions":
        """After an answer about one session, or a list of several."""
        if len(ids) != 1:
            return replace(self, listed=ids, current=None)
        listed = self.listed if ids[0] in self.listed else (*self.listed, ids[0])
        return replace(self, listed=listed, current=ids[0])

    def told(self, answer: Any, device: Any = None) -> "KnownSessions":
        """After an answer that told how long sessions last, and whose they are.

        Args:
            answer: `SessionInfo` objects on the wire, one or a list; anything else tells nothing.
            device: that the call was for, on the wire; an answer may leave it out.
        """
        items = answer if isinstance(answer, list) else [answer]
        told = [item for item in items if isinstance(item, dict) and "duration" in item]
        times = {_id(item): _times(item) for item in told}
        # An answer may name the one identifier alone that the operator has used.
        owners = {_id(item): {**(device or {}), **item.get("device", {})} for item in told}
        devices = {session: owner for session, owner in owners.items() if owner}
        return replace(self, times={**self.times, **times}, devices={**self.devices, **devices})

    def of_device(self, identifier: str) -> tuple[str, ...]:
        """The sessions of a device, in the order of the list.

        Args:
            identifier: its phone number, or one of its addresses.
        """
        return tuple(item for item in self.ids if identifier in _values(self.devices.get(item)))

    def without(self, session_id: str) -> "KnownSessions":
        """After a session was deleted."""
        listed = tuple(item for item in self.listed if item != session_id)
        current = None if self.current == session_id else self.current
        return replace(self, listed=listed, current=current)


def _id(session: Mapping[str, Any]) -> str:
    return str(session.get("sessionId", "")).lower()


def _values(device: Any) -> Iterator[str]:
    """The identifiers in a device on the wire."""
    if isinstance(device, Mapping):
        for item in device.values():
            yield from _values(item)
    elif device is not None:
        yield str(device)
