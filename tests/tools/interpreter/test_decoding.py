"""The engine: batches, many callers at once, limits, cancellation."""

import asyncio
import json
import shutil
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import outlines
import pytest
import torch
from outlines.types import JsonSchema
from torch.nn.functional import one_hot
from transformers import AutoConfig, AutoTokenizer

from camara_qod.tools.errors import Cancelled, DecodingTimeout, RequestTooLong, TooManyWaiting
from camara_qod.tools.interpreter.decision import Decision
from camara_qod.tools.interpreter.decoding import Decoder
from camara_qod.tools.interpreter.interpreter import Interpreter
from camara_qod.tools.interpreter.model import load_model
from camara_qod.tools.interpreter.offering.notation import write
from camara_qod.tools.interpreter.offering.offer import Offer
from camara_qod.tools.interpreter.prompt import labelled, render
from camara_qod.tools.interpreter.replay import Replayer
from camara_qod.tools.settings import QodSettings
from camara_qod.training.corpus.dataset import demo_context

from ...random_model import RandomModel

REQUESTS: list[list[str]] = [
    ["Need low latency for gaming, IP 192.168.1.50, 2 hours"],
    ["video call from +351 966 666 666, server 198.51.100.7:443, QOS_L"],
    [""],
    ["a film for a few hours on 2001:db8::1", "no, on 2001:db8::2"],
    ["extend 3fa85f64-5717-4562-b3fc-2c963f66afa6 by ten minutes"],
    ["hello"],
]


@pytest.fixture(scope="module")
def tiny(tiny_phi3: Path) -> tuple[Any, Any]:
    return load_model(QodSettings(_env_file=None, device="cpu", model=str(tiny_phi3)))


@pytest.fixture
def interpreter(tiny, catalogue, demo) -> Interpreter:
    return Interpreter(Decoder(*tiny), demo, catalogue)


def test_a_batch_decides_as_one_request_after_the_other(interpreter: Interpreter) -> None:
    alone = [interpreter.interpret(messages) for messages in REQUESTS]
    together = interpreter.interpret_many(REQUESTS)
    assert [item.emitted for item in together] == [item.emitted for item in alone]
    for left, right in zip(together, alone, strict=True):
        assert left.confidence == pytest.approx(right.confidence, rel=1e-3)
    assert interpreter.interpret_many([]) == []


@pytest.mark.parametrize("window", [300, 800])
def test_a_batch_stays_within_what_the_model_looks_back_on(
    tiny_phi3: Path, tmp_path: Path, catalogue, demo, window: int
) -> None:
    folder = tmp_path / "sliding"
    shutil.copytree(tiny_phi3, folder)
    config = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps(config | {"sliding_window": window}))
    sliding = load_model(QodSettings(_env_file=None, device="cpu", model=str(folder)))
    interpreter = Interpreter(Decoder(*sliding), demo, catalogue)
    alone = [interpreter.interpret(messages) for messages in REQUESTS]
    together = interpreter.interpret_many(REQUESTS)
    assert [item.emitted for item in together] == [item.emitted for item in alone]


def test_what_was_read_before_changes_nothing(tiny, catalogue, demo, interpreter) -> None:
    for messages in (*REQUESTS, *reversed(REQUESTS)):
        fresh = Interpreter(Decoder(*tiny), demo, catalogue).interpret(messages)
        again = interpreter.interpret(messages)
        assert again.emitted == fresh.emitted
        assert again.confidence == pytest.approx(fresh.confidence, rel=1e-3)


def test_it_chooses_as_outlines_own_loop_and_in_fewer_passes(
    tiny, interpreter: Interpreter
) -> None:
    stock = outlines.from_transformers(*tiny)
    stock.type_adapter.has_chat_template = False  # the prompt is rendered already
    for messages in REQUESTS:
        context = interpreter._read(messages, None)
        offer = Offer(context)
        turns, schema = labelled(context, offer.labels), offer.schema
        text, trace = interpreter._decoder.decode(turns, schema)
        kind = JsonSchema(json.dumps(schema))
        generator = outlines.Generator(stock, kind, backend="llguidance")
        assert text == generator(render(tiny[1], turns), max_new_tokens=400)
        assert trace.passes <= len(trace.probabilities)


class Scripted:
    """Scores the tokens of one answer highest, each behind those before it."""

    device = torch.device("cpu")

    def __init__(self, config: Any, answer: list[int]) -> None:
        self.config = config
        self.answer = answer
        self.passes = 0

    def __call__(
        self, ids: torch.Tensor, *, logits_to_keep: torch.Tensor, **_: Any
    ) -> SimpleNamespace:
        self.passes += 1
        following = [self._following(ids[0, : place + 1].tolist()) for place in logits_to_keep]
        return SimpleNamespace(
            logits=one_hot(torch.tensor(following), self.config.vocab_size)[None]
        )

    def _following(self, read: list[int]) -> int:
        lengths = reversed(range(len(self.answer)))
        return next(self.answer[at] for at in lengths if self._ends(read, self.answer[:at]))

    @staticmethod
    def _ends(read: list[int], begun: list[int]) -> bool:
        size = min(len(read), len(begun))
        return read[len(read) - size :] == begun[len(begun) - size :]


@pytest.mark.parametrize(("profile", "guessed"), [("QOS_E", True), ("QOS_M", False)])
def test_one_pass_is_enough_where_every_guess_is_right(
    tiny_phi3: Path, demo, profile: str, guessed: bool
) -> None:
    turns = ["smooth video on 10.0.0.1, server is 10.0.0.2:443, two hours"]
    tokenizer = AutoTokenizer.from_pretrained(tiny_phi3)
    need = "gaming" if guessed else "IoT"
    labels = {"device": "A", "applicationServer": "B", "qosProfile": need, "duration": "C"}
    written = Decision("createSession", labels)
    answer = Replayer(tokenizer).replay(write(written), Offer(demo_context(turns)).schema)
    model = Scripted(AutoConfig.from_pretrained(tiny_phi3), answer.token_ids)
    result = Interpreter(Decoder(model, tokenizer), demo).interpret(turns)
    device = {"publicAddress": "10.0.0.1", "privateAddress": "10.0.0.1"}
    wanted = {
        "device": {"ipv4Address": device},
        "applicationServer": {"ipv4Address": "10.0.0.2"},
        "qosProfile": profile,
        "duration": 7200,
    }
    assert result.emitted == Decision("createSession", wanted)
    joined = {"applicationServerPorts": {"ports": [443]}}
    assert result.decision == Decision("createSession", wanted | joined)
    assert model.passes == 1 if guessed else 1 < model.passes < sum(answer.free)


@pytest.mark.parametrize("at_once", [1, 3])
def test_many_threads_get_their_own_answers(
    tiny, catalogue, demo, interpreter: Interpreter, at_once: int
) -> None:
    expected = [interpreter.interpret(messages) for messages in REQUESTS]
    shared = Interpreter(Decoder(*tiny, at_once=at_once), demo, catalogue)
    with ThreadPoolExecutor(6) as pool:
        found = list(pool.map(shared.interpret, REQUESTS * 3))
    assert [item.emitted for item in found] == [item.emitted for item in expected * 3]
    for left, right in zip(found, expected * 3, strict=True):
        assert left.confidence == pytest.approx(right.confidence, rel=1e-3)


def test_so_many_are_decided_at_the_same_time(slow: "Slow", tiny_phi3, demo) -> None:
    interpreter = served(slow, tiny_phi3, demo, max_waiting=1, at_once=2)
    with ThreadPoolExecutor(3) as pool:
        futures = [pool.submit(interpreter.interpret, "gaming") for _ in range(3)]
        until = time.monotonic() + 10
        while slow.passes < 2 and time.monotonic() < until:
            time.sleep(0.01)
        assert slow.passes == 2  # the third waits
        slow.go.set()
        assert all(future.result() for future in futures)


class Slow(RandomModel):
    """Each pass waits until it is told to go on, or until its patience ends."""

    def __init__(self, config: Any) -> None:
        super().__init__(config)
        self.begun, self.go = threading.Event(), threading.Event()
        self.passes, self.patience = 0, 20.0

    def __call__(self, ids: torch.Tensor, **options: Any) -> SimpleNamespace:
        self.passes += 1
        self.begun.set()
        self.go.wait(self.patience)
        return super().__call__(ids, **options)  # type: ignore[no-any-return]


@pytest.fixture
def slow(tiny_phi3: Path) -> Any:
    model = Slow(AutoConfig.from_pretrained(tiny_phi3))
    yield model
    model.go.set()


def served(model: Slow, tiny_phi3: Path, demo: QodSettings, **limits: Any) -> Interpreter:
    tokenizer = AutoTokenizer.from_pretrained(tiny_phi3)
    return Interpreter(Decoder(model, tokenizer, **limits), demo)


def hurried(demo: QodSettings) -> QodSettings:
    return demo.model_copy(update={"time_limit": 0.3})


def passes(slow: Slow, tiny_phi3: Path, demo: QodSettings, turns: list[str], seed: int) -> int:
    """How often the model is asked, with these dice."""
    slow.passes = 0
    torch.manual_seed(seed)
    served(slow, tiny_phi3, demo).interpret(turns)
    return slow.passes


def test_a_request_that_takes_too_long_is_stopped(slow: Slow, tiny_phi3, demo) -> None:
    """Each of its passes is in time; all that the same request takes are not."""
    turns = ["gaming on 10.0.0.1", "10.0.0.2", "10.0.0.3", "10.0.0.4"]
    slow.go.set()
    seed = next(seed for seed in range(50) if passes(slow, tiny_phi3, demo, turns, seed) > 2)
    slow.go.clear()
    slow.patience, slow.passes = 0.15, 0
    torch.manual_seed(seed)
    with pytest.raises(DecodingTimeout, match="QOD_TIME_LIMIT"):
        served(slow, tiny_phi3, hurried(demo)).interpret(turns)
    assert slow.passes <= 2


def test_whoever_waits_too_long_is_told(slow: Slow, tiny_phi3, demo) -> None:
    first_come = served(slow, tiny_phi3, demo)
    impatient = Interpreter(first_come._decoder, hurried(demo))
    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(first_come.interpret, "gaming on 10.0.0.1")
        slow.begun.wait(10)
        with pytest.raises(DecodingTimeout):
            impatient.interpret("gaming on 10.0.0.2")
        assert not first.done()
        slow.go.set()


def test_a_full_queue_is_a_clear_error(slow: Slow, tiny_phi3, demo) -> None:
    interpreter = served(slow, tiny_phi3, demo, max_waiting=1)
    with ThreadPoolExecutor(2) as pool:
        futures = [pool.submit(interpreter.interpret, "gaming") for _ in range(2)]
        while interpreter._decoder._places._value:  # type: ignore[attr-defined]
            time.sleep(0.01)
        with pytest.raises(TooManyWaiting, match="QOD_MAX_WAITING"):
            interpreter.interpret("gaming")
        slow.go.set()
        assert all(future.result() for future in futures)
    assert interpreter.interpret("gaming")


async def test_cancellation_stops_the_work_and_the_loop_is_never_blocked(
    slow: Slow, tiny_phi3, demo
) -> None:
    interpreter = served(slow, tiny_phi3, demo)
    task = asyncio.create_task(interpreter.ainterpret("gaming on 10.0.0.1 and 10.0.0.2"))
    while not slow.begun.is_set():
        await asyncio.sleep(0.01)  # the loop turns while the model works
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    slow.go.set()
    assert await asyncio.wait_for(interpreter.ainterpret(""), 10)
    assert slow.passes <= 2


def test_a_cancelled_request_says_so(interpreter: Interpreter) -> None:
    cancelled = threading.Event()
    cancelled.set()
    with pytest.raises(Cancelled):
        interpreter.interpret("gaming on 10.0.0.1 or 10.0.0.2", cancelled=cancelled)


def test_after_an_error_the_next_request_is_right(interpreter: Interpreter) -> None:
    expected = interpreter.interpret(REQUESTS[0]).emitted
    with pytest.raises(RequestTooLong):
        interpreter.interpret_many([REQUESTS[0], ["gaming on 10.0.0.1 " * 2000]])
    assert interpreter.interpret(REQUESTS[0]).emitted == expected
