"""One session and its states: REQUESTED, AVAILABLE, UNAVAILABLE, and in the end forgotten.

Times are seconds since the epoch, by the operator's clock.
"""

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from camara_qod.tools.camara.models import QosStatus, StatusInfo, rfc3339

#: How long an ended session can still be looked up, in seconds (`createSession`, notes).
GRACE = 360


@dataclass(frozen=True)
class Session:
    """A session.

    Attributes:
        session_id: UUID.
        client: OAuth 2 client that made it, and that alone may see it.
        request: the `CreateSession` body on the wire, without credential, and with the one device
            identifier that is used, if the body named any.
        duration: seconds granted.
        available_at: when the network will have set it up; `None`: when it says so.
        started_at: when it became AVAILABLE.
        ended_at: when it became UNAVAILABLE.
        reason: why.
    """

    session_id: str
    client: str
    request: dict[str, Any]
    duration: int
    available_at: float | None = None
    started_at: int | None = None
    ended_at: int | None = None
    reason: StatusInfo | None = None

    @property
    def status(self) -> QosStatus:
        """`qosStatus`."""
        if self.ended_at is not None:
            return QosStatus.UNAVAILABLE
        return QosStatus.REQUESTED if self.started_at is None else QosStatus.AVAILABLE

    @property
    def due(self) -> float | None:
        """When the clock alone will change it; `None` for a request the network sits on."""
        if self.ended_at is not None:
            return self.ended_at + GRACE
        if self.started_at is None:
            return self.available_at
        return self.started_at + self.duration

    @property
    def blocks(self) -> bool:
        """Whether its flow is taken.

        One that the network terminated keeps its resources until it is deleted or forgotten; one
        that ran out does not.
        """
        return self.ended_at is None or self.reason is StatusInfo.NETWORK_TERMINATED

    def forgotten(self, now: float) -> bool:
        """Whether its grace period is over."""
        return self.ended_at is not None and now >= self.ended_at + GRACE

    def steps(self, now: float) -> list["Session"]:
        """The states that the clock has made of it since, oldest first."""
        passed: list[Session] = []
        session = self
        if session.status is QosStatus.REQUESTED and _reached(session.available_at, now):
            session = session.started(int(session.available_at or now))
            passed.append(session)
        if session.status is QosStatus.AVAILABLE and _reached(session.due, now):
            end = (session.started_at or 0) + session.duration
            passed.append(session.ended(end, StatusInfo.DURATION_EXPIRED))
        return passed

    def waiting(self, until: float) -> "Session":
        """REQUESTED until then."""
        return replace(self, available_at=until)

    def started(self, at: int) -> "Session":
        """AVAILABLE since then."""
        return replace(self, started_at=at, available_at=None)

    def ended(self, at: int, reason: StatusInfo) -> "Session":
        """UNAVAILABLE since then."""
        return replace(self, ended_at=at, reason=reason)

    def extended(self, seconds: int, longest: int) -> "Session":
        """Longer, but never beyond what its profile allows."""
        return replace(self, duration=max(self.duration, min(self.duration + seconds, longest)))

    def info(self) -> dict[str, Any]:
        """`SessionInfo` on the wire."""
        info = self.request | {
            "sessionId": self.session_id,
            "duration": self._effective_duration(),
            "qosStatus": self.status.value,
        }
        if self.started_at is not None:
            info["startedAt"] = _wire_time(self.started_at)
            info["expiresAt"] = _wire_time(self.ended_at or self.started_at + self.duration)
        elif self.ended_at is not None:
            info["expiresAt"] = _wire_time(self.ended_at)
        if self.reason is not None:
            info["statusInfo"] = self.reason.value
        return info

    def _effective_duration(self) -> int:
        if self.ended_at is None or self.started_at is None:
            return self.duration
        return max(1, self.ended_at - self.started_at)


def _reached(moment: float | None, now: float) -> bool:
    return moment is not None and now >= moment


def _wire_time(seconds: int) -> str:
    return rfc3339(datetime.fromtimestamp(seconds, UTC))
