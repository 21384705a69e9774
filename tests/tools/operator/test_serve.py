"""`qod mock` as a process of its own."""

import shlex
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx2
import pytest

from camara_qod.tools.errors import Unavailable
from camara_qod.tools.operator import serve
from camara_qod.tools.operator.settings import OperatorSettings

from ...serving import free_port

SESSION = {
    "device": {"phoneNumber": "+351966666666"},
    "applicationServer": {"ipv4Address": "203.0.113.100"},
    "qosProfile": "QOS_E",
    "duration": 600,
}


def qod(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "camara_qod.agent.cli", "mock", *arguments]


def test_open_serves_clients_that_always_send_a_token() -> None:
    port = free_port()
    command = qod("--open", "--port", str(port), "--database", "sqlite://")
    with subprocess.Popen(command, stderr=subprocess.DEVNULL) as process:
        try:
            transport = httpx2.HTTPTransport(retries=8)  # waits longer each time
            with httpx2.Client(base_url=f"http://127.0.0.1:{port}", transport=transport) as api:
                form = {"grant_type": "client_credentials"}
                given = api.post("/oauth2/token", data=form, auth=("demo", "demo"))
                assert given.status_code == 200
                for token in (given.json()["access_token"], "from-nowhere"):
                    headers = {"Authorization": f"Bearer {token}"}
                    path = "/quality-on-demand/v1/sessions"
                    made = api.post(path, json=SESSION, headers=headers)
                    assert made.status_code == 201
                    assert api.delete(f"{path}/{made.json()['sessionId']}").status_code == 204
        finally:
            process.terminate()


@pytest.mark.parametrize(
    ("option", "words", "status"),
    [
        ("app", "--client-key is id:file", 2),
        ("app:/nowhere.pem", "key of client app cannot be read", 2),
    ],
)
def test_a_key_that_cannot_be_read_is_told_in_a_sentence(
    option: str, words: str, status: int, tmp_path: Path
) -> None:
    command = qod("--client-key", option, "--database", "sqlite://", "--port", str(free_port()))
    done = subprocess.run(
        command, capture_output=True, text=True, timeout=120, check=False, cwd=tmp_path
    )
    assert done.returncode == status
    assert words in " ".join(done.stderr.split())
    assert "Traceback" not in done.stderr


@contextmanager
def announced(*options: str) -> Iterator[list[str]]:
    """What a server says of itself, while it serves on a port that it has chosen."""
    command = qod("--port", "0", *options)
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        try:
            assert process.stderr is not None
            yield [process.stderr.readline() for _ in range(2)]
        finally:
            process.terminate()


def test_what_is_announced_works_and_lasts(tmp_path: Path) -> None:
    options = ("--database", f"sqlite:///{tmp_path / 'mock.db'}", "--require-purpose")
    used = []
    for _ in range(2):
        with announced(*options) as (first, second):
            command = shlex.split(second.partition("QOD_TOKEN: ")[2])
            user, url = command[2], command[-1]
            assert url == f"{first.split('QOD_API_ROOT=')[1].strip()}/oauth2/token"
            form = dict(part.split("=") for part in command if "=" in part)
            given = httpx2.post(url, data=form, auth=tuple(user.split(":")))
            assert given.status_code == 200
            used.append(user)
    assert used[0].startswith("demo:")
    assert used[0] == used[1]


def test_a_port_that_is_taken_at_the_last_moment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(serve, "check_address", lambda *_: None)
    monkeypatch.setattr(serve.log, "to_stderr", lambda: None)
    announcements: list[str] = []
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(Unavailable, match=f"port {port}; the line above"):
            serve.serve(
                OperatorSettings(), "127.0.0.1", port, lambda _, root: announcements.append(root)
            )
    assert announcements == []
