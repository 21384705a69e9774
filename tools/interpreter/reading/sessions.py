"""The sessions that the API has named in a conversation, which nobody needs to write an id of."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any


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

    @property
    def ids(self) -> tuple[str, ...]:
        """All of them, each once, in the order of the list."""
        current = () if self.current is None else (self.current,)
        return tuple(dict.fromkeys((*self.listed, *current)))

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
