"""Lines that the SDK cannot read, sent to the server as a process."""

import json
import signal
import subprocess
import sys
from typing import Any

import pytest

from camara_qod.agent.mcp_stdio import HALF, NO_JSON, NO_MESSAGE, serve
from camara_qod.tools.errors import SettingsError

START = {
    "jsonrpc": "2.0",
    "id": 1,
    "method": "initialize",
    "params": {
        "protocolVersion": "2025-06-18",
        "capabilities": {},
        "clientInfo": {"name": "test", "version": "1"},
    },
}


def call(number: Any, arguments: dict[str, Any]) -> str:
    """A call as JavaScript writes it, with what is no text escaped."""
    params = {"name": "getSession", "arguments": arguments}
    message = {"jsonrpc": "2.0", "id": number, "method": "tools/call", "params": params}
    return json.dumps(message)


#: Lines, and what is answered: id, code and text of an error.
UNREADABLE: list[tuple[str, tuple[Any, int, str]]] = [
    (call(2, {"sessionId": "\ud83d"}), (2, -32700, HALF)),
    (call("three", {"\udfff": 1}), ("three", -32700, HALF)),
    (call("\ud83d", {}), (None, -32700, HALF)),
    ("{", (None, -32700, NO_JSON)),
    ("[" * 100_000, (None, -32700, NO_JSON)),
    ("[]", (None, -32600, NO_MESSAGE)),
    ('"hello"', (None, -32600, NO_MESSAGE)),
    ('{"jsonrpc":"2.0","id":9}', (9, -32600, NO_MESSAGE)),
]


@pytest.fixture(scope="module")
def answers() -> list[dict[str, Any]]:
    """What the server wrote, line by line, up to the answer to the last request."""
    silent = json.dumps({"jsonrpc": "2.0", "method": "notifications/\ud83d"})
    lines = [json.dumps(START), silent, *(line for line, _ in UNREADABLE), call(99, {})]
    server = subprocess.Popen(
        [sys.executable, "-m", "camara_qod.agent.cli", "mcp"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert server.stdin
    assert server.stdout
    found: list[dict[str, Any]] = []
    with server:
        server.stdin.write("\n".join(lines) + "\n")
        server.stdin.flush()
        while not found or found[-1]["id"] != 99:
            found.append(json.loads(server.stdout.readline()))
        server.stdin.close()
    assert server.returncode == 0
    return found


def test_each_line_is_answered_in_a_sentence(answers: list[dict[str, Any]]) -> None:
    told = [
        (item["id"], item["error"]["code"], item["error"]["message"])
        for item in answers
        if "error" in item
    ]
    assert told == [expected for _, expected in UNREADABLE]


def test_the_server_goes_on(answers: list[dict[str, Any]]) -> None:
    last = next(item for item in answers if item["id"] == 99)
    assert last["result"]["content"][0]["text"].startswith("Not sent. sessionId is missing")


@pytest.fixture
def started() -> Any:
    """A server that has answered its first request."""
    server = subprocess.Popen(
        [sys.executable, "-m", "camara_qod.agent.cli", "mcp"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        # Whoever runs the tests in the background has it ignored.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    assert server.stdin
    assert server.stdout
    server.stdin.write(f"{json.dumps(START)}\n")
    server.stdin.flush()
    assert json.loads(server.stdout.readline())["id"] == 1
    yield server
    server.kill()
    server.wait()


@pytest.mark.skipif(sys.platform == "win32", reason="signals are POSIX's")
def test_ctrl_c_ends_it_at_once(started: Any) -> None:
    started.send_signal(signal.SIGINT)
    assert started.wait(10) == 0
    assert "Traceback" not in started.stderr.read()


def test_a_client_that_is_gone_ends_it_without_a_word(started: Any) -> None:
    started.stdout.close()
    started.stdin.write(f"{json.dumps(START)}\n")
    started.stdin.close()
    assert started.wait(10) in (0, 1)
    told = started.stderr.read()
    assert "Traceback" not in told
    assert "BrokenPipe" not in told


@pytest.mark.parametrize("name", ["stdin", "stdout"])
def test_without_standard_streams_there_is_no_client(
    monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setattr(sys, name, None)
    with pytest.raises(SettingsError, match="--transport http"):
        serve(None)  # type: ignore[arg-type]
