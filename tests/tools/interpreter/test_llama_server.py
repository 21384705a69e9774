"""Decisions by llama.cpp's own server, with the shipped weights in it.

Needs `llama-server` on the path, or named by LLAMA_SERVER. To build it from llama.cpp's sources:

    cmake -B build -DGGML_NATIVE=OFF -DGGML_AVX2=ON -DGGML_FMA=ON -DGGML_F16C=ON
    cmake --build build --target llama-server
"""

import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest

from camara_qod.tools.interpreter.embedded import shipped_adapter
from camara_qod.tools.interpreter.interpreter import Interpreter
from camara_qod.tools.interpreter.model import LazyDecoder
from camara_qod.tools.settings import QodSettings
from camara_qod.training.publishing.export import GGUF_FILE, export
from camara_qod.training.recipe import load_recipe

from ...serving import free_port

BINARY = os.environ.get("LLAMA_SERVER") or shutil.which("llama-server")

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(BINARY is None, reason="no llama-server: set LLAMA_SERVER to its path"),
]


@pytest.fixture(scope="module")
def interpreter(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Interpreter]:
    folder = tmp_path_factory.mktemp("gguf")
    adapter = shipped_adapter()
    assert adapter is not None
    export(load_recipe("embedded"), adapter, folder, "gguf")
    port = free_port()
    command = [str(BINARY), "-m", str(folder / GGUF_FILE), "--host", "127.0.0.1"]
    command += ["--port", str(port), "--ctx-size", "4096", "--parallel", "2"]
    with (folder / "log").open("w") as log:
        server = subprocess.Popen(command, stdout=log, stderr=log)
    try:
        _wait_for(f"http://127.0.0.1:{port}/health", server, folder / "log")
        url = f"http://127.0.0.1:{port}/v1"
        settings = QodSettings(_env_file=None, model_server=url, model="qod")
        yield Interpreter(LazyDecoder(settings), settings)
    finally:
        server.kill()
        server.wait()


def _wait_for(url: str, server: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and server.poll() is None:
        try:
            if httpx2.get(url).status_code == 200:
                return
        except httpx2.TransportError:
            pass
        time.sleep(0.2)
    pytest.fail(f"llama-server did not come up:\n{log.read_text()[-2000:]}")


def test_it_decides_right(interpreter: Interpreter) -> None:
    decision = interpreter.interpret(
        "Need low latency for gaming, IP 192.168.1.50, 2 hours"
    ).decision
    assert decision.operation == "createSession"
    assert decision.arguments["qosProfile"] == "QOS_E"
    assert decision.arguments["duration"] == 7200
    assert decision.arguments["device"]["ipv4Address"]["publicAddress"] == "192.168.1.50"


def test_it_keeps_to_each_conversation_when_asked_for_several(interpreter: Interpreter) -> None:
    numbers = [f"+3519666666{last}" for last in range(10, 16)]
    asked = [f"video call from {number} for 45 minutes" for number in numbers]
    for number, result in zip(numbers, interpreter.interpret_many(asked), strict=True):
        assert result.decision.operation == "createSession"
        assert result.decision.arguments["device"] == {"phoneNumber": number}
        assert result.confidence is None


async def test_asynchronously_too(interpreter: Interpreter) -> None:
    made = await interpreter.ainterpret("video call from +351966666666 for 45 minutes")
    assert made.decision.arguments["device"] == {"phoneNumber": "+351966666666"}
