"""The sessions of the mock operator: what exists, in which state, until when."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

from camara_qod.tools.camara.errors import Conflict, InvalidArgument, NotFound, Unprocessable
from camara_qod.tools.camara.models import (
    CreateSession,
    Device,
    DeviceResponse,
    ExtendSessionDuration,
    QosStatus,
    RetrieveSessionsInput,
    SessionInfo,
    StatusInfo,
)
from camara_qod.tools.catalogue import Catalogue

#: How long an ended session can still be looked up, in seconds (`createSession`, notes).
GRACE = 360


@dataclass(frozen=True)
class Session:
    """One session; `ended` is when it became UNAVAILABLE, and `None` before."""

    session_id: UUID
    request: CreateSession
    duration: int
    started: datetime
    ended: datetime | None = None
    reason: StatusInfo | None = None

    @property
    def expires(self) -> datetime:
        """When it ends by itself, or when it ended."""
        return self.ended or self.started + timedelta(seconds=self.duration)

    def at(self, now: datetime) -> "Session":
        """The session as the clock has made it."""
        if self.ended is None and now >= self.expires:
            return replace(self, ended=self.expires, reason=StatusInfo.DURATION_EXPIRED)
        return self

    def info(self) -> SessionInfo:
        """The session on the wire, with the one device identifier that was used."""
        status = QosStatus.AVAILABLE if self.ended is None else QosStatus.UNAVAILABLE
        duration = self.duration
        if self.ended is not None:
            duration = max(1, round((self.ended - self.started).total_seconds()))
        fields = {
            "device": _used_identifier(self.request.device),
            "application_server": self.request.application_server,
            "device_ports": self.request.device_ports,
            "application_server_ports": self.request.application_server_ports,
            "qos_profile": self.request.qos_profile,
            "sink": self.request.sink,
            "session_id": self.session_id,
            "duration": duration,
            "started_at": self.started,
            "expires_at": self.expires,
            "qos_status": status,
            "status_info": self.reason,
        }
        return SessionInfo.model_validate(
            {name: value for name, value in fields.items() if value is not None}
        )


def _used_identifier(device: Device | None) -> DeviceResponse | None:
    if device is None:
        return None
    name, value = next(iter(device.wire().items()))
    return DeviceResponse.model_validate({name: value})


def _now() -> datetime:
    return datetime.now(UTC).replace(microsecond=0)


class Sessions:
    """All sessions, in memory; safe to use from several threads.

    Args:
        catalogue: the profiles that sessions can be created with.
        now: the clock, in UTC.

    The methods raise the `CamaraError` that the operator answers with.
    """

    def __init__(self, catalogue: Catalogue, now: Callable[[], datetime] = _now) -> None:
        self._catalogue = catalogue
        self._now = now
        self._sessions: dict[UUID, Session] = {}
        self._lock = threading.Lock()

    def create(self, request: CreateSession) -> SessionInfo:
        """`createSession`."""
        if request.device is None:
            raise Unprocessable(422, "MISSING_IDENTIFIER", "The device cannot be identified.")
        self._check_profile(request)
        with self._lock:
            self._refresh()
            if any(_same_flow(request, other) for other in self._sessions.values()):
                raise Conflict(
                    409, "CONFLICT", "The device already has a session for the same flow."
                )
            session = Session(uuid4(), request, request.duration, self._now())
            self._sessions[session.session_id] = session
        return session.info()

    def get(self, session_id: UUID) -> SessionInfo:
        """`getSession`."""
        with self._lock:
            return self._find(session_id).info()

    def delete(self, session_id: UUID) -> None:
        """`deleteSession`."""
        with self._lock:
            self._find(session_id)
            del self._sessions[session_id]

    def extend(self, session_id: UUID, request: ExtendSessionDuration) -> SessionInfo:
        """`extendQosSessionDuration`: never beyond what the profile allows."""
        with self._lock:
            session = self._find(session_id)
            if session.ended is not None:
                raise Conflict(
                    409,
                    "QUALITY_ON_DEMAND.SESSION_EXTENSION_NOT_ALLOWED",
                    "A session can be extended only while it is AVAILABLE; this one is "
                    "UNAVAILABLE.",
                )
            profile = self._catalogue.get(session.request.qos_profile)
            longest = profile.limits[1] if profile else session.duration
            duration = min(session.duration + request.requested_additional_duration, longest)
            session = replace(session, duration=duration)
            self._sessions[session_id] = session
            return session.info()

    def retrieve(self, request: RetrieveSessionsInput) -> list[SessionInfo]:
        """`retrieveSessionsByDevice`."""
        if request.device is None:
            raise Unprocessable(422, "MISSING_IDENTIFIER", "The device cannot be identified.")
        with self._lock:
            self._refresh()
            return [
                session.info()
                for session in self._sessions.values()
                if _same_device(request.device, session.request.device)
            ]

    def _check_profile(self, request: CreateSession) -> None:
        profile = self._catalogue.get(request.qos_profile)
        if profile is None:
            raise InvalidArgument(
                400, "INVALID_ARGUMENT", f"qosProfile: there is no profile {request.qos_profile}."
            )
        if profile not in self._catalogue.active:
            raise Unprocessable(
                422,
                "QUALITY_ON_DEMAND.QOS_PROFILE_NOT_APPLICABLE",
                f"The profile {profile.name} is {profile.status.value}.",
            )
        low, high = profile.limits
        if not low <= request.duration <= high:
            raise InvalidArgument(
                400,
                "QUALITY_ON_DEMAND.DURATION_OUT_OF_RANGE",
                f"duration: {profile.name} allows {low} to {high} seconds.",
            )

    def _find(self, session_id: UUID) -> Session:
        self._refresh()
        if session_id not in self._sessions:
            raise NotFound(404, "NOT_FOUND", "There is no such session.")
        return self._sessions[session_id]

    def _refresh(self) -> None:
        now = self._now()
        current = {key: session.at(now) for key, session in self._sessions.items()}
        self._sessions = {
            key: session
            for key, session in current.items()
            if session.ended is None or now < session.ended + timedelta(seconds=GRACE)
        }


def _same_device(one: Device | None, other: Device | None) -> bool:
    if one is None or other is None:
        return False
    theirs = other.wire()
    return any(theirs.get(name) == value for name, value in one.wire().items())


def _same_flow(request: CreateSession, other: Session) -> bool:
    return (
        other.ended is None
        and _same_device(request.device, other.request.device)
        and request.application_server == other.request.application_server
        and request.device_ports == other.request.device_ports
        and request.application_server_ports == other.request.application_server_ports
    )
