"""What is found about configurations of each kind, and that nothing is made on the way."""

import json
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx2
import pytest

from camara_qod.tools.doctor import Finding, examine
from camara_qod.tools.interpreter.interpreter import Interpreter
from camara_qod.tools.interpreter.model import LazyDecoder
from camara_qod.tools.operator.app import Operator
from camara_qod.tools.operator.in_process import API_ROOT, InProcessTransport
from camara_qod.tools.operator.settings import OperatorSettings
from camara_qod.tools.plugin import QodPlugin
from camara_qod.tools.settings import QodSettings

from ..agent.fakes import DECLINE, ScriptedDecoder, ScriptedInterpreter, create
from .camara.oauth.provider import SECRET, Watched

BARE = {"ipv4Address": {"publicAddress": "192.168.1.50", "privateAddress": "192.168.1.50"}}
OAUTH = {
    "oauth_issuer": API_ROOT,
    "oauth_client_id": "app",
    "oauth_client_secret": SECRET.secret,
}


def found(transport: httpx2.BaseTransport | None = None, **values: Any) -> dict[str, Finding]:
    settings = QodSettings(_env_file=None, model="/nowhere", **values)
    plugin = QodPlugin(Interpreter(LazyDecoder(settings), settings), transport=transport)
    return {finding.subject: finding for finding in examine(plugin)}


@pytest.fixture
def operator() -> Operator:
    return Operator(OperatorSettings(clients={"app": SECRET.secret}))


def test_without_an_operator_the_mock_is_looked_at() -> None:
    seen = found()
    assert seen["operator"].right is None
    assert "QOD_API_ROOT" in seen["operator"].told
    assert seen["quality-on-demand"].right
    assert seen["catalogue"].right


def test_a_model_that_is_not_there_is_wrong_and_named() -> None:
    assert found()["model"].right is False
    assert "/nowhere" in found()["model"].told


def test_an_operator_that_gives_tokens(operator: Operator) -> None:
    wire = Watched(InProcessTransport(operator.app))
    seen = found(wire, api_root=API_ROOT, **OAUTH)
    assert seen["token"].right
    assert seen["qos-profiles"].right
    asked = {(call.method, call.url.path.rpartition("/")[2]) for call in wire.calls()}
    assert asked == {("POST", "retrieve-qos-profiles"), ("GET", str(UUID(int=0)))}


def test_a_client_that_the_provider_does_not_know(operator: Operator) -> None:
    wrong = OAUTH | {"oauth_client_id": "nobody"}
    seen = found(InProcessTransport(operator.app), api_root=API_ROOT, **wrong)
    assert seen["token for createSession"].right is False
    assert "invalid_client" in seen["token for createSession"].told
    assert "qos-profiles" not in seen


def test_an_operator_that_wants_a_token_and_gets_none(operator: Operator) -> None:
    seen = found(InProcessTransport(operator.app), api_root=API_ROOT)
    assert "401" in seen["qos-profiles"].told
    assert "set QOD_TOKEN" in seen["qos-profiles"].told
    assert seen["quality-on-demand"].right is False


def test_a_root_under_which_there_is_something_else() -> None:
    def elsewhere(_: httpx2.Request) -> httpx2.Response:
        return httpx2.Response(404, text="<html>not here</html>")

    seen = found(httpx2.MockTransport(elsewhere), api_root="https://www.example")
    assert "QOD_API_ROOT" in seen["quality-on-demand"].told
    assert seen["quality-on-demand"].right is False


def test_an_operator_that_cannot_be_reached() -> None:
    def nobody(request: httpx2.Request) -> httpx2.Response:
        raise httpx2.ConnectError("no route", request=request)

    seen = found(httpx2.MockTransport(nobody), api_root="https://api.example")
    assert "no route" in seen["qos-profiles"].told


def test_profiles_of_others_and_needs_without_one(tmp_path: Path) -> None:
    path = tmp_path / "profiles.json"
    path.write_text(json.dumps([{"name": "GOLD", "status": "ACTIVE", "serves": "QOS_E"}]))
    operator = Operator(OperatorSettings(open=True))
    seen = found(InProcessTransport(operator.app), api_root=API_ROOT, catalogue=path)
    assert "GOLD" in seen["catalogue"].told
    assert "QOS_S" in seen["needs"].told


@pytest.mark.parametrize(
    ("decision", "right", "told"),
    [
        (
            create(BARE, duration=7200),
            None,
            "createSession, which asks for applicationServer, 100%",
        ),
        (DECLINE, False, "is decline, 100% sure"),
    ],
    ids=["no server by default", "not understood"],
)
def test_what_has_no_default_is_asked_for_and_is_no_fault(
    decision: dict[str, Any], right: bool | None, told: str
) -> None:
    settings = QodSettings(_env_file=None, api_root=API_ROOT)
    operator = Operator(OperatorSettings(open=True))
    plugin = QodPlugin(
        ScriptedInterpreter(ScriptedDecoder(decision), settings),
        transport=InProcessTransport(operator.app),
    )
    *_, found = examine(plugin)
    assert (found.subject, found.right) == ("decision", right)
    assert told in found.told
