"""Prism between our client and the mock: it refuses what the official documents do not allow."""

import re
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx2
import pytest
from pydantic import SecretStr

from camara_qod.tools.camara.client import QodClient
from camara_qod.tools.camara.edition import EDITIONS
from camara_qod.tools.camara.errors import CamaraError
from camara_qod.tools.camara.models import (
    CreateSession,
    ExtendSessionDuration,
    QosProfileDeviceRequest,
    RetrieveSessionsInput,
)

from ..serving import free_port
from .conftest import Mock
from .setting_up import npm_folder

pytestmark = [
    pytest.mark.clients,
    pytest.mark.skipif(shutil.which("npm") is None, reason="Prism needs npm"),
]
SESSIONS, PROFILES = EDITIONS["1.1"].sessions, EDITIONS["1.1"].profiles
PHONE = {"phoneNumber": "+351966666666"}
BODY = {
    "device": PHONE,
    "applicationServer": {"ipv4Address": "203.0.113.100"},
    "applicationServerPorts": {"ranges": [{"from": 5000, "to": 5010}], "ports": [443]},
    "qosProfile": "QOS_E",
    "duration": 600,
}


class BehindPrism(httpx2.HTTPTransport):
    """Prism serves the paths of a document without the base path of its API."""

    def __init__(self, base: str) -> None:
        super().__init__()
        self._base = base

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        assert request.url.path.startswith(self._base)
        request.url = request.url.copy_with(path=request.url.path.removeprefix(self._base))
        return super().handle_request(request)


@contextmanager
def prism(document: Path, upstream: str, log: Path) -> Iterator[str]:
    """A proxy that answers with an error of its own where a call or an answer does not hold."""
    port = free_port()
    program = npm_folder("prism") / "node_modules" / ".bin" / "prism"
    command = [program, "proxy", document, upstream, "--errors", "--port", str(port)]
    with (
        log.open("w") as output,
        subprocess.Popen(command, stdout=output, stderr=output) as running,
    ):
        try:
            until = time.monotonic() + 120
            while "is listening" not in log.read_text():
                assert running.poll() is None, log.read_text()
                assert time.monotonic() < until, log.read_text()
                time.sleep(0.1)
            yield f"http://127.0.0.1:{port}"
        finally:
            running.terminate()


def client(root: str, base: str, token: str) -> QodClient:
    return QodClient(root, token=SecretStr(token), timeout=30, transport=BehindPrism(base))


def code_of(call, *args) -> str:
    with pytest.raises(CamaraError) as caught:
        call(*args)
    return caught.value.code


def test_sessions(mock: Mock, specs: Path, tmp_path: Path, capsys: pytest.CaptureFixture) -> None:
    document = specs / "quality-on-demand" / "1.1.0_r3.2" / "quality-on-demand.yaml"
    log = tmp_path / "prism.log"
    body = CreateSession.model_validate(BODY)
    with (
        prism(document, mock.root + SESSIONS, log) as root,
        client(root, SESSIONS, mock.token) as api,
    ):
        made = api.create_session(body)
        assert api.get_session(made.session_id) == made
        longer = ExtendSessionDuration(requested_additional_duration=60)
        assert api.extend_qos_session_duration(made.session_id, longer).duration == 660
        found = api.retrieve_sessions_by_device(
            RetrieveSessionsInput.model_validate({"device": PHONE})
        )
        assert [item.session_id for item in found] == [made.session_id]
        assert code_of(api.create_session, body) == "CONFLICT"
        assert code_of(api.create_session, body.model_copy(update={"device": None})) == (
            "MISSING_IDENTIFIER"
        )
        api.delete_session(made.session_id)
        assert code_of(api.get_session, made.session_id) == "NOT_FOUND"
        calls = forwarded(log)
        # Had one of them not held, Prism would have answered; as it does here.
        wrong = httpx2.post(f"{root}/sessions", json=BODY | {"duration": 0}, headers=bearer(mock))
        assert wrong.status_code == 422
        assert forwarded(log) == calls
    with capsys.disabled():
        print(f"\nPrism passed {calls} calls and their answers, and refused a wrong one")  # noqa: T201
    assert calls == 8


def test_profiles(mock: Mock, specs: Path, tmp_path: Path) -> None:
    document = specs / "qos-profiles" / "1.1.0_r3.2" / "qos-profiles.yaml"
    with (
        prism(document, mock.root + PROFILES, tmp_path / "prism.log") as root,
        client(root, PROFILES, mock.token) as api,
    ):
        listed = api.retrieve_qos_profiles(QosProfileDeviceRequest())
        assert [item.name for item in listed] == ["QOS_E", "QOS_S", "QOS_M", "QOS_L"]
        assert api.get_qos_profile("QOS_E") == listed[0]
        assert code_of(api.get_qos_profile, "none") == "NOT_FOUND"


def bearer(mock: Mock) -> dict[str, str]:
    return {"Authorization": f"Bearer {mock.token}"}


def forwarded(log: Path) -> int:
    """How many calls went through."""
    return len(re.findall(r"Forwarding", log.read_text()))
