"""Two replicas on a Ray of this machine decide as one process does, together, whoever dies."""

import os
import signal
import threading
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx2
import psutil
import pytest

from camara_qod.tools.interpreter.decision import Interpretation
from camara_qod.tools.interpreter.interpreter import Interpreter
from camara_qod.tools.interpreter.model import load_decoder
from camara_qod.tools.settings import QodSettings

from ...serving import free_port
from .test_completion import body

ray = pytest.importorskip("ray", reason="needs Ray: pip install 'camara-qod[scale]'")

pytestmark = pytest.mark.slow

ASKED = [f"gaming on +3519666666{last} for {last} minutes" for last in range(10, 30)]
KEY = "secret"


@pytest.fixture(scope="module")
def chosen(tiny_phi3: Path) -> dict[str, str]:
    return {"model": str(tiny_phi3), "adapter": "none", "device": "cpu", "model_server_key": KEY}


@pytest.fixture(scope="module")
def url(chosen: dict[str, str]) -> Iterator[str]:
    from ray import serve

    from camara_qod.agent.scale.deployment import build
    from camara_qod.agent.scale.settings import ScaleSettings

    port = free_port()
    settings = ScaleSettings(_env_file=None, min_replicas=2, max_replicas=2, cpus=1)
    ray.init(num_cpus=2, include_dashboard=False, log_to_driver=False)
    try:
        serve.start(http_options={"host": "127.0.0.1", "port": port})
        serve.run(build(settings, **chosen), name="qod", route_prefix="/")
        yield f"http://127.0.0.1:{port}/v1"
    finally:
        serve.shutdown()
        ray.shutdown()


@pytest.fixture(scope="module")
def here(chosen: dict[str, str]) -> Interpreter:
    settings = QodSettings(_env_file=None, **chosen)
    return Interpreter(load_decoder(settings), settings)


@pytest.fixture
def there(url: str) -> Interpreter:
    settings = QodSettings(_env_file=None, model_server=url, model="qod", model_server_key=KEY)
    return Interpreter(load_decoder(settings), settings)


def same(its: Interpretation, mine: Interpretation) -> None:
    assert its.emitted == mine.emitted
    assert its.confidence == pytest.approx(mine.confidence, rel=0.01)
    assert its.certainty == pytest.approx(mine.certainty, rel=0.01)


def test_they_decide_as_one_process_does(there: Interpreter, here: Interpreter) -> None:
    for its, mine in zip(there.interpret_many(ASKED), here.interpret_many(ASKED), strict=True):
        same(its, mine)
    same(there.interpret(ASKED[0]), here.interpret(ASKED[0]))


def test_what_comes_while_they_are_busy_is_decided_together(url: str) -> None:
    headers = {"Authorization": f"Bearer {KEY}"}

    def ask(_: int) -> int:
        answer = httpx2.post(
            f"{url}/chat/completions", json=body(), headers=headers, timeout=60
        ).raise_for_status()
        return int(answer.headers["X-Decided-Together"])

    with ThreadPoolExecutor(24) as pool:
        sizes = list(pool.map(ask, range(96)))
    assert max(sizes) > 2, Counter(sizes)
    assert max(sizes) <= 16


def test_others_are_not_let_in(url: str) -> None:
    answer = httpx2.post(f"{url}/chat/completions", json=body())
    assert answer.status_code == 401
    assert "QOD_MODEL_SERVER_KEY" in answer.json()["error"]["message"]


def replicas() -> list[int]:
    """Processes of the replicas, which are this one's descendants."""
    mine = psutil.Process().children(recursive=True)
    return [one.pid for one in mine if "ServeReplica" in " ".join(one.cmdline())]


def test_the_death_of_a_replica_loses_nothing(there: Interpreter, here: Interpreter) -> None:
    before = replicas()
    assert len(before) == 2
    killing = threading.Timer(0.5, os.kill, (before[0], signal.SIGKILL))
    killing.start()
    asked = ASKED * 15
    begun = time.monotonic()
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(there.interpret, asked))
    assert time.monotonic() - begun > 0.5, "it was over before the replica died"
    killing.join()
    expected = here.interpret_many(ASKED) * 15
    for its, mine in zip(found, expected, strict=True):
        same(its, mine)
    until = time.monotonic() + 60
    while len(set(replicas()) - {before[0]}) < 2:
        assert time.monotonic() < until, "no other took its place"
        time.sleep(0.2)
