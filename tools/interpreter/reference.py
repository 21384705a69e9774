"""Which session is meant by "it" or "the second one": those that the API has answered with."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

_ORDINALS = {
    "first": 0, "1st": 0, "second": 1, "2nd": 1, "third": 2, "3rd": 2, "fourth": 3, "4th": 3,
    "fifth": 4, "5th": 4, "last": -1, "latest": -1, "newest": -1,
}  # fmt: skip
_ORDINAL = re.compile(
    rf"\b({'|'.join(_ORDINALS)})(?:\s+(?:one|session|boost|booking|of\s+(?:them|these|those))\b"
    r"|\s*[.!?]*\s*$)",
    re.IGNORECASE,
)
_NUMBERED = re.compile(r"(?:\b(?:number|no\.?|nr\.?|session)\s*|#)([1-9])\b", re.IGNORECASE)
_OTHER = re.compile(r"\bthe\s+other(?:\s+(?:one|session))?\b", re.IGNORECASE)


@dataclass(frozen=True)
class SessionTimes:
    """How long a session lasts: its whole `duration` in seconds, and when it ends."""

    duration: int
    expires_at: datetime | None = None


def _times(session: Mapping[str, Any]) -> SessionTimes:
    ends = session.get("expiresAt")
    return SessionTimes(session["duration"], datetime.fromisoformat(ends) if ends else None)


@dataclass(frozen=True)
class KnownSessions:
    """Sessions that the API has named in this conversation.

    Attributes:
        listed: ids in the order of the newest list.
        current: the one that was spoken of last.
        times: of those whose answers told them.
    """

    listed: tuple[str, ...] = ()
    current: str | None = None
    times: Mapping[str, SessionTimes] = field(default_factory=dict)

    def meant(self, text: str) -> str | None:
        """The session that a turn without an id is about; `None` where that is open.

        Args:
            text: the turn.
        """
        position = _position(text)
        if position is not None:
            inside = -len(self.listed) <= position < len(self.listed)
            return self.listed[position] if inside else None
        others = [item for item in self.listed if item != self.current]
        if _OTHER.search(text) and len(others) == 1:
            return others[0]
        if self.current is None and len(self.listed) == 1:
            return self.listed[0]
        return self.current

    def answered(self, ids: tuple[str, ...]) -> "KnownSessions":
        """After an answer about one session, or a list of several."""
        if len(ids) != 1:
            return KnownSessions(ids, times=self.times)
        listed = self.listed if ids[0] in self.listed else (*self.listed, ids[0])
        return KnownSessions(listed, ids[0], self.times)

    def timed(self, answer: Any) -> "KnownSessions":
        """After an answer that told how long sessions last.

        Args:
            answer: `SessionInfo` objects on the wire, one or a list; anything else tells nothing.
        """
        items = answer if isinstance(answer, list) else [answer]
        told = [item for item in items if isinstance(item, dict) and "duration" in item]
        times = {str(item.get("sessionId", "")).lower(): _times(item) for item in told}
        return replace(self, times={**self.times, **times})

    def without(self, session_id: str) -> "KnownSessions":
        """After a session was deleted."""
        listed = tuple(item for item in self.listed if item != session_id)
        current = None if self.current == session_id else self.current
        return KnownSessions(listed, current, self.times)


def _position(text: str) -> int | None:
    """The place in the list that a turn names, from 0; negative from the end."""
    if match := _ORDINAL.search(text):
        return _ORDINALS[match[1].lower()]
    if match := _NUMBERED.search(text):
        return int(match[1]) - 1
    return None
