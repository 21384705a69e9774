"""The network behind the operator, as far as a rehearsal needs it: clock, devices, faults."""

import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from camara_qod.tools.operator import identity
from camara_qod.tools.operator.store import Store


class Support(StrEnum):
    """What the operator can do for a device."""

    SUPPORTED = "SUPPORTED"
    NOT_APPLICABLE = "NOT_APPLICABLE"
    """It is the operator's, but has no quality on demand."""
    UNKNOWN = "UNKNOWN"
    """It is not the operator's."""
    NO_PROFILES = "NO_PROFILES"
    """No profile is offered to it."""


class Outcome(StrEnum):
    """What becomes of a session that is created."""

    AVAILABLE = "AVAILABLE"
    REQUESTED = "REQUESTED"
    """It waits for the network until the control API decides."""
    FAILED = "FAILED"
    """The network tries and fails."""


@dataclass(frozen=True)
class Creation:
    """How the network takes the next creation.

    Attributes:
        outcome: its first state.
        duration: seconds granted instead of those requested.
    """

    outcome: Outcome | None = None
    duration: int | None = None


@dataclass
class Fault:
    """Trouble for the next calls.

    Attributes:
        operation: operationId that it hits, or `token`; `None`: any.
        latency: seconds to wait before the answer.
        status: HTTP status to answer with; `None`: only the latency.
        code: code that goes with it; `None`: the usual one.
        drop: the call is carried out, but its answer is lost.
        times: calls left; `None`: until it is lifted.
        retry_after: seconds for the header `Retry-After`.
    """

    operation: str | None = None
    latency: float = 0
    status: int | None = None
    code: str | None = None
    drop: bool = False
    times: int | None = 1
    retry_after: int | None = None


@dataclass
class Network:
    """State of the rehearsal; all but the clock is forgotten with the process."""

    store: Store
    activation_delay: float | None = 0
    clock: Callable[[], float] = time.time
    _creations: deque[Creation] = field(default_factory=deque)
    _faults: list[Fault] = field(default_factory=list)
    _devices: dict[str, Support] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def __post_init__(self) -> None:
        self._ahead = float(self.store.fact("clock_ahead", "0"))

    def now(self) -> float:
        """The operator's clock, in seconds since the epoch."""
        return self.clock() + self._ahead

    def move_clock(self, seconds: float) -> float:
        """Move the clock forward, for good: a session must not come back to life.

        Returns:
            Seconds by which it is ahead now.
        """
        self._ahead += seconds
        self.store.keep_fact("clock_ahead", str(self._ahead))
        return self._ahead

    def support(self, device: identity.Device) -> Support:
        """What was said about a device; by default it is supported."""
        with self._lock:
            for key in identity.keys(device):
                if key in self._devices:
                    return self._devices[key]
        return Support.SUPPORTED

    def set_support(self, device: identity.Device, support: Support) -> None:
        """Say what can be done for a device."""
        with self._lock:
            self._devices |= dict.fromkeys(identity.keys(device), support)

    def plan(self, creation: Creation) -> None:
        """Say how the next creation that has no plan yet is taken."""
        with self._lock:
            self._creations.append(creation)

    def next_creation(self) -> Creation:
        """The plan for this creation."""
        with self._lock:
            return self._creations.popleft() if self._creations else Creation()

    def add_fault(self, fault: Fault) -> None:
        """Trouble from now on."""
        with self._lock:
            self._faults.append(fault)

    def fault(self, operation: str) -> Fault | None:
        """The trouble that this call has."""
        with self._lock:
            for fault in self._faults:
                if fault.operation in (None, operation):
                    if fault.times is not None:
                        fault.times -= 1
                    self._faults = [item for item in self._faults if item.times != 0]
                    return fault
        return None

    def reset(self) -> None:
        """Forget all plans, faults and devices; sessions and the clock stay."""
        with self._lock:
            self._creations.clear()
            self._faults.clear()
            self._devices.clear()

    def describe(self) -> dict[str, Any]:
        """The state, for the control API."""
        with self._lock:
            return {
                "clockAhead": self._ahead,
                "plannedCreations": [vars(item) for item in self._creations],
                "faults": [vars(item) for item in self._faults],
                "devices": {key: value.value for key, value in self._devices.items()},
            }
