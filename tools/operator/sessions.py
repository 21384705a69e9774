"""The operations on sessions: who may have which, and what becomes of them."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

from camara_qod.tools.camara.errors import (
    Conflict,
    NotFound,
    PermissionDenied,
    Unprocessable,
)
from camara_qod.tools.camara.models import (
    CreateSession,
    ExtendSessionDuration,
    QosStatus,
    RetrieveSessionsInput,
    StatusInfo,
    rfc3339,
)
from camara_qod.tools.operator import identity
from camara_qod.tools.operator.devices import Devices
from camara_qod.tools.operator.flow import Flow
from camara_qod.tools.operator.network import Network, Outcome
from camara_qod.tools.operator.profiles import Profiles
from camara_qod.tools.operator.security import Caller
from camara_qod.tools.operator.session import GRACE, Session
from camara_qod.tools.operator.store import Store, Transaction

EVENT_TYPE = "org.camaraproject.quality-on-demand.v1.qos-status-changed"
_BATCH = 200
_NO_SESSION = f"There is no such session: check the id. One that ended is kept for {GRACE} seconds."
_OVERLAPS = (
    "The device already has a session for an overlapping flow (retrieve-sessions finds it): end "
    "that one first, or name other ports."
)
#: What to do in place of an extension.
_INSTEAD = {
    QosStatus.REQUESTED: "wait until it is",
    QosStatus.UNAVAILABLE: "create another",
}


class Sessions:
    """All sessions of the operator.

    Args:
        store: where they are kept.
        network: clock, and what becomes of new sessions.
        profiles: what sessions can be created with.
        devices: which device is meant.
        root: path of the API, for the `source` of notifications.

    The methods raise the `CamaraError` that the operator answers with.
    """

    def __init__(
        self, store: Store, network: Network, profiles: Profiles, devices: Devices, root: str
    ) -> None:
        self._store = store
        self._network = network
        self._profiles = profiles
        self._devices = devices
        self._root = root
        #: Called when a notification is owed.
        self.on_event: Callable[[], None] = lambda: None

    def create(self, body: CreateSession, caller: Caller) -> dict[str, Any]:
        """`createSession`."""
        wire = body.wire()
        credential = wire.pop("sinkCredential", None)
        device = self._devices.identify(wire.get("device"), caller)
        self._profiles.check(wire["qosProfile"], wire["duration"], device)
        if credential and credential["credentialType"] == "PRIVATE_KEY_JWT":
            raise Unprocessable(
                422,
                "PRIVATE_KEY_JWT_NOT_CONFIGURED",
                "No key has been agreed on for this sink: use an ACCESSTOKEN credential.",
            )
        if "device" in wire:
            wire["device"] = self._devices.used(wire["device"])
        keys = identity.keys(device)
        with self._store.transaction(keys) as tx:
            self._refuse_conflict(tx, keys, wire)
            answered, kept = self._new(wire, caller)
            tx.add(kept, keys, credential)
            if kept.status is not QosStatus.REQUESTED:
                self._notify(tx, kept)
        return answered.info()

    def get(self, session_id: UUID, caller: Caller) -> dict[str, Any]:
        """`getSession`."""
        with self._store.transaction() as tx:
            return self._find(tx, session_id, caller).info()

    def delete(self, session_id: UUID, caller: Caller) -> None:
        """`deleteSession`."""
        with self._store.transaction() as tx:
            session = self._find(tx, session_id, caller)
            if session.status is QosStatus.AVAILABLE:
                now = int(self._network.now())
                self._notify(tx, session.ended(now, StatusInfo.DELETE_REQUESTED))
            tx.remove(session.session_id)

    def extend(
        self, session_id: UUID, body: ExtendSessionDuration, caller: Caller
    ) -> dict[str, Any]:
        """`extendQosSessionDuration`: never beyond what the profile allows."""
        with self._store.transaction() as tx:
            session = self._find(tx, session_id, caller)
            if session.status is not QosStatus.AVAILABLE:
                raise Conflict(
                    409,
                    "QUALITY_ON_DEMAND.SESSION_EXTENSION_NOT_ALLOWED",
                    "A session can be extended only while it is AVAILABLE; this one is "
                    f"{session.status.value}: {_INSTEAD[session.status]}.",
                )
            longest = self._profiles.longest(session.request["qosProfile"], session.duration)
            session = session.extended(body.requested_additional_duration, longest)
            tx.change(session)
            return session.info()

    def retrieve(
        self, body: RetrieveSessionsInput, caller: Caller, most: int | None = None
    ) -> list[dict[str, Any]]:
        """`retrieveSessionsByDevice`: the newest where there are more than can be listed."""
        device = self._devices.identify(body.wire().get("device"), caller)
        with self._store.transaction() as tx:
            found = [self._settled(tx, item) for item in tx.of_device(identity.keys(device))]
        mine = [item.info() for item in found if item and item.client == caller.client]
        return mine if most is None else mine[-most:]

    def terminate(self, session_id: UUID) -> dict[str, Any]:
        """The network gives a session up."""
        return self._by_network(
            session_id,
            lambda session, now: session.ended(now, StatusInfo.NETWORK_TERMINATED),
            (QosStatus.REQUESTED, QosStatus.AVAILABLE),
        )

    def activate(self, session_id: UUID) -> dict[str, Any]:
        """The network has set a requested session up."""
        return self._by_network(
            session_id, lambda session, now: session.started(now), (QosStatus.REQUESTED,)
        )

    def tick(self) -> int:
        """Apply what the clock has changed.

        Returns:
            How many sessions changed.
        """
        changed = 0
        while True:
            with self._store.transaction() as tx:
                due = tx.due(self._network.now(), _BATCH)
                for session in due:
                    self._settled(tx, session)
            changed += len(due)
            if len(due) < _BATCH:
                return changed

    def _new(self, wire: dict[str, Any], caller: Caller) -> tuple[Session, Session]:
        """The session as it is answered, and as it is kept."""
        plan = self._network.next_creation()
        duration = min(
            plan.duration or wire["duration"],
            self._profiles.longest(wire["qosProfile"], wire["duration"]),
        )
        request = {name: value for name, value in wire.items() if name != "duration"}
        session = Session(str(uuid4()), caller.client, request, duration)
        now = self._network.now()
        if plan.outcome is Outcome.FAILED:
            return session, session.ended(int(now), StatusInfo.NETWORK_TERMINATED)
        delay = self._network.activation_delay
        if plan.outcome is Outcome.AVAILABLE or (plan.outcome is None and delay == 0):
            session = session.started(int(now))
        elif plan.outcome is None and delay is not None:
            session = session.waiting(now + delay)
        return session, session

    def _refuse_conflict(self, tx: Transaction, keys: list[str], wire: dict[str, Any]) -> None:
        flow = Flow(wire)
        for other in tx.of_device(keys):
            current = self._settled(tx, other)
            if current and current.blocks and flow.overlaps(Flow(current.request)):
                raise Conflict(409, "CONFLICT", _OVERLAPS)

    def _find(self, tx: Transaction, session_id: UUID, caller: Caller) -> Session:
        session = self._existing(tx, session_id)
        if session.client != caller.client:
            raise PermissionDenied(
                403,
                "PERMISSION_DENIED",
                "The session belongs to another client: send a token of that one.",
            )
        if caller.device and tx.keys(session.session_id).isdisjoint(identity.keys(caller.device)):
            raise PermissionDenied(
                403,
                "PERMISSION_DENIED",
                "The session belongs to another device than the token: get one for that device.",
            )
        return session

    def _existing(self, tx: Transaction, session_id: UUID) -> Session:
        found = tx.get(str(session_id))
        session = self._settled(tx, found) if found else None
        if session is None:
            raise NotFound(404, "NOT_FOUND", _NO_SESSION)
        return session

    def _by_network(
        self,
        session_id: UUID,
        change: Callable[[Session, int], Session],
        allowed: tuple[QosStatus, ...],
    ) -> dict[str, Any]:
        with self._store.transaction() as tx:
            session = self._existing(tx, session_id)
            if session.status not in allowed:
                raise Conflict(
                    409,
                    "CONFLICT",
                    f"The session is {session.status.value}: it has to be {' or '.join(allowed)}.",
                )
            session = change(session, int(self._network.now()))
            tx.change(session)
            self._notify(tx, session)
            return session.info()

    def _settled(self, tx: Transaction, session: Session) -> Session | None:
        """The session as the clock has made it, kept and notified; `None` when forgotten."""
        now = self._network.now()
        steps = session.steps(now)
        for step in steps:
            self._notify(tx, step)
        current = steps[-1] if steps else session
        if current.forgotten(now):
            tx.remove(current.session_id)
            return None
        if steps:
            tx.change(current)
        return current

    def _notify(self, tx: Transaction, session: Session) -> None:
        if "sink" in session.request:
            tx.owe(session, self._event(session))
            self.on_event()

    def _event(self, session: Session) -> dict[str, Any]:
        """`EventQosStatusChanged`."""
        data = {"sessionId": session.session_id, "qosStatus": session.status.value}
        if session.reason:
            data["statusInfo"] = session.reason.value
        return {
            "id": str(uuid4()),
            "source": f"{self._root}/sessions/{session.session_id}",
            "specversion": "1.0",
            "type": EVENT_TYPE,
            "time": rfc3339(datetime.fromtimestamp(int(self._network.now()), UTC)),
            "datacontenttype": "application/json",
            "data": data,
        }
