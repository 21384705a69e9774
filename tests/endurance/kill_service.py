"""Kill the service under load, again and again: no session is lost, and none is made twice.

    python tests/endurance/kill_service.py --kills 30

Workers go from words to a session, each for a device of its own, and send every call again under
its `Idempotency-Key` until it is answered. Whatever was acknowledged has to be at the operator once
and to be shown to its caller. Where a kill came before the operator was reached, the answer says
that there is no session, and there has to be none.
"""

import argparse
import random
import sys
import tempfile
import threading
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx2

from camara_qod.tools.operator.app import Operator
from camara_qod.tools.operator.settings import OperatorSettings

if __package__:
    from ..serving import free_port, served
    from .killed import Killed
else:
    sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
    from tests.endurance.killed import Killed
    from tests.serving import free_port, served

WORKERS = 6


@dataclass
class Ledger:
    """What the workers were told, by device: a session, or that there is none; what went wrong."""

    sessions: dict[str, str] = field(default_factory=dict)
    none: list[str] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)
    repeated: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)


def service_at(port: int, database: str, operator: str) -> Killed:
    """`qod serve` as a process."""
    environment = {
        "QOD_API_ROOT": operator,
        "QOD_SERVE_RATE_LIMIT": "none",
        "QOD_DEFAULT_APPLICATION_SERVER": "203.0.113.100",
    }
    return Killed(port, ["serve", "--database", database], "/readyz", environment)


class Worker:
    """A client that does not give up."""

    def __init__(self, root: str, ledger: Ledger, stop: threading.Event, seed: int) -> None:
        self._client = httpx2.Client(base_url=root, timeout=60)
        self._ledger = ledger
        self._stop = stop
        self._rng = random.Random(seed)

    def run(self) -> None:
        """Make sessions until told to stop; what was begun is brought to its end."""
        while not self._stop.is_set():
            phone = f"+35196{self._rng.randrange(10**7):07d}"
            name = self._send("/v1/conversations")["id"]
            words = {"text": f"Need low latency for gaming on {phone}, 2 hours"}
            proposed = self._send(f"/v1/conversations/{name}/turns", words)
            if not proposed["proposal"]:
                self._failed(f"no proposal: {proposed['text']}")
                continue
            done = self._send(f"/v1/conversations/{name}/confirmation", {"decision": "approve"})
            with self._ledger.lock:
                if done["failed"]:
                    self._ledger.none.append(phone)
                else:
                    self._ledger.sessions[phone] = name

    def _send(self, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        key = {"Idempotency-Key": str(uuid.UUID(int=self._rng.getrandbits(128)))}
        first = True
        while True:
            if not first:
                with self._ledger.lock:
                    self._ledger.repeated += 1
            first = False
            try:
                answer = self._client.post(path, json=body, headers=key)
            except httpx2.HTTPError:
                time.sleep(0.1)
                continue
            if answer.is_success:
                return dict(answer.json())
            if answer.status_code not in (409, 429, 502, 503):
                raise SystemExit(f"{path}: {answer.status_code} {answer.text}")
            time.sleep(0.2)

    def _failed(self, why: str) -> None:
        with self._ledger.lock:
            self._ledger.failures.append(why)


@contextmanager
def operator(folder: str) -> Iterator[str]:
    """A mock operator that is not killed."""
    settings = OperatorSettings(open=True, database=f"sqlite:///{folder}/mock.db")
    with served(Operator(settings)) as root:
        yield root


def check(service: str, mock: str, ledger: Ledger) -> None:
    """Each acknowledged session is at the operator, once, and is shown to its caller."""
    with httpx2.Client(timeout=60) as client:
        mine = {item["sessionId"] for item in client.get(f"{service}/v1/sessions").json()}
        at = f"{mock}/quality-on-demand/v1/retrieve-sessions"
        for phone in ledger.sessions:
            found = client.post(at, json={"device": {"phoneNumber": phone}}).json()
            assert len(found) == 1, f"{len(found)} sessions for {phone}"
            assert found[0]["sessionId"] in mine, f"the session of {phone} is not its caller's"
        for phone in ledger.none:
            found = client.post(at, json={"device": {"phoneNumber": phone}}).json()
            assert not found, f"{phone} was told that it has no session"
    assert not ledger.failures, ledger.failures[:3]


def endure(kills: int, seed: int) -> Ledger:
    """The whole run.

    Raises:
        AssertionError: something acknowledged was lost, or a session was made twice.
    """
    rng, ledger, stop = random.Random(seed), Ledger(), threading.Event()
    with tempfile.TemporaryDirectory() as folder, operator(folder) as mock:
        service = service_at(free_port(), f"sqlite:///{folder}/service.db", mock)
        workers = [
            threading.Thread(target=Worker(service.root, ledger, stop, seed + number).run)
            for number in range(WORKERS)
        ]
        for worker in workers:
            worker.start()
        for number in range(kills):
            time.sleep(rng.uniform(0.5, 4.0))
            service.kill()
            service.start()
            print(  # noqa: T201
                f"kill {number + 1}: {len(ledger.sessions)} sessions, {len(ledger.none)} not made, "
                f"{ledger.repeated} calls sent again",
                flush=True,
            )
        time.sleep(2)
        stop.set()
        for worker in workers:
            worker.join()
        check(service.root, mock, ledger)
        service.kill()
    return ledger


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--kills", type=int, default=30)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    result = endure(options.kills, options.seed)
    print(  # noqa: T201
        f"Nothing lost, nothing twice: {len(result.sessions)} sessions, {len(result.none)} told as "
        f"not made, {options.kills} kills."
    )
