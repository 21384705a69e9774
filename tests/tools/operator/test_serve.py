"""`qod mock` as a process of its own."""

import subprocess
import sys
from pathlib import Path

import httpx2
import pytest

from camara_qod.tools.operator import serve

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
    ("option", "words"),
    [("app", "--client-key is id:file"), ("app:/nowhere.pem", "key of client app cannot be read")],
)
def test_a_key_that_cannot_be_read_is_told_in_a_sentence(
    option: str, words: str, tmp_path: Path
) -> None:
    command = qod("--client-key", option, "--database", "sqlite://", "--port", str(free_port()))
    done = subprocess.run(
        command, capture_output=True, text=True, timeout=120, check=False, cwd=tmp_path
    )
    assert done.returncode == 1
    assert words in " ".join(done.stderr.split())
    assert "Traceback" not in done.stderr


def test_there_is_a_client_to_start_with_where_none_is_named() -> None:
    assert list(serve.clients([])) == ["demo"]
    assert serve.clients([], demo=False) == {}
