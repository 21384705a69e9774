"""Kill the mock operator under load, again and again, and see that nothing acknowledged is lost.

    python tests/endurance/kill_mock.py --kills 50

Workers create and delete sessions, half of them racing for a few shared flows. After every SIGKILL
and restart, each session that was acknowledged with 201 has to be there, and no shared flow may
have two. In the end every creation and deletion that was acknowledged has to have been notified,
in that order.
"""

import argparse
import json
import random
import sys
import tempfile
import threading
import time
from collections import defaultdict
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx2

if __package__:
    from ..serving import free_port
    from .killed import Killed
else:
    sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
    from tests.endurance.killed import Killed
    from tests.serving import free_port

API = "/quality-on-demand/v1"
WORKERS = 8
SHARED_FLOWS = 5
PATIENCE = 60.0


@dataclass
class Ledger:
    """What was acknowledged to the workers."""

    alive: dict[str, dict[str, Any]] = field(default_factory=dict)
    unsure: set[str] = field(default_factory=set)
    created: list[str] = field(default_factory=list)
    deleted: list[str] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)


class Consumer:
    """Receives notifications."""

    def __init__(self) -> None:
        events: dict[str, list[str]] = defaultdict(list)

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                length = int(self.headers["Content-Length"])
                body = self.rfile.read(length)
                if len(body) < length:  # the sender was killed on the way, and will say it again
                    self.close_connection = True
                    return
                data = json.loads(body)["data"]
                events[data["sessionId"]].append(data["qosStatus"])
                self.send_response(204)
                self.end_headers()

            def log_message(self, *_: Any) -> None:
                pass

        self.events = events
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}/"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()


def mock_at(port: int, database: str) -> Killed:
    """The mock operator as a process."""
    command = ["mock", "--open", "--database", database, "--http-sinks", "--private-sinks"]
    return Killed(port, command, "/.well-known/openid-configuration")


def body(rng: random.Random, sink: str) -> dict[str, Any]:
    """A request, half of the time for one of a few flows that all workers want."""
    shared = rng.random() < 0.5
    number = rng.randrange(SHARED_FLOWS) if shared else rng.randrange(10**6, 10**7)
    return {
        "device": {"phoneNumber": f"+3516{number:08d}"},
        "applicationServer": {"ipv4Address": "203.0.113.100"},
        "qosProfile": "QOS_E",
        "duration": 43200,
        "sink": sink,
    }


def work(root: str, sink: str, ledger: Ledger, stop: threading.Event, seed: int) -> None:
    """Create and delete until told to stop; a lost answer leaves one in doubt."""
    rng = random.Random(seed)
    with httpx2.Client(base_url=root + API, timeout=5) as client:
        while not stop.is_set():
            try:
                step(client, rng, sink, ledger)
            except httpx2.HTTPError:
                time.sleep(0.02)


def step(client: httpx2.Client, rng: random.Random, sink: str, ledger: Ledger) -> None:
    """One creation, and often one deletion."""
    request = body(rng, sink)
    answer = client.post("/sessions", json=request)
    if answer.status_code == 201:
        session_id = answer.json()["sessionId"]
        with ledger.lock:
            ledger.alive[session_id] = request
            ledger.created.append(session_id)
    with ledger.lock:
        mine = rng.choice(list(ledger.alive)) if ledger.alive and rng.random() < 0.6 else None
        if mine:
            ledger.unsure.add(mine)
            ledger.alive.pop(mine)
    if mine and client.delete(f"/sessions/{mine}").status_code == 204:
        with ledger.lock:
            ledger.deleted.append(mine)


def check(root: str, ledger: Ledger) -> None:
    """Every acknowledged session is there, and no flow is booked twice."""
    with httpx2.Client(base_url=root + API, timeout=30) as client:
        for session_id in ledger.alive:
            answer = client.get(f"/sessions/{session_id}")
            assert answer.status_code == 200, f"{session_id} was acknowledged and is gone"
        for number in range(SHARED_FLOWS):
            device = {"phoneNumber": f"+3516{number:08d}"}
            found = client.post("/retrieve-sessions", json={"device": device}).json()
            assert len(found) <= 1, f"{len(found)} sessions for one flow"


def check_notifications(consumer: Consumer, ledger: Ledger) -> None:
    """What was acknowledged has been notified, in order."""
    missing = [*ledger.created, *ledger.deleted]
    until = time.monotonic() + PATIENCE
    while missing and time.monotonic() < until:
        missing = [item for item in ledger.created if "AVAILABLE" not in consumer.events[item]]
        missing += [item for item in ledger.deleted if "UNAVAILABLE" not in consumer.events[item]]
        time.sleep(0.1)
    assert not missing, f"{len(missing)} notifications are lost"
    for session_id, statuses in consumer.events.items():
        first = list(dict.fromkeys(statuses))
        assert first in (["AVAILABLE"], ["AVAILABLE", "UNAVAILABLE"]), f"{session_id}: {statuses}"


def endure(kills: int, seed: int) -> Ledger:
    """The whole run.

    Raises:
        AssertionError: something acknowledged was lost, or a flow was booked twice.
    """
    rng = random.Random(seed)
    ledger, consumer = Ledger(), Consumer()
    with tempfile.TemporaryDirectory() as folder:
        mock = mock_at(free_port(), f"sqlite:///{Path(folder) / 'mock.db'}")
        for number in range(kills):
            stop = threading.Event()
            workers = [
                threading.Thread(
                    target=work,
                    args=(mock.root, consumer.url, ledger, stop, seed + 1000 * number + worker),
                )
                for worker in range(WORKERS)
            ]
            for worker in workers:
                worker.start()
            time.sleep(rng.uniform(0.1, 1.0))
            mock.kill()
            stop.set()
            for worker in workers:
                worker.join()
            mock.start()
            check(mock.root, ledger)
            print(  # noqa: T201
                f"kill {number + 1}: {len(ledger.created)} created, {len(ledger.deleted)} deleted",
                flush=True,
            )
        check_notifications(consumer, ledger)
        mock.kill()
    return ledger


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    result = endure(options.kills, options.seed)
    print(f"Nothing lost: {len(result.created)} sessions, {options.kills} kills.")  # noqa: T201
