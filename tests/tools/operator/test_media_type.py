"""What a body says it is: JSON for the APIs, a form for the token endpoint."""

import json

import pytest
from fastapi.testclient import TestClient
from pydantic import SecretStr

from camara_qod.tools.operator.app import Operator
from camara_qod.tools.operator.settings import OperatorSettings

FORM = "application/x-www-form-urlencoded"


@pytest.fixture(params=["1.1", "1.2"])
def operator(request: pytest.FixtureRequest) -> Operator:
    settings = OperatorSettings(open=True, api_version=request.param, control_token=SecretStr("c"))
    return Operator(settings)


@pytest.fixture
def api(operator: Operator) -> TestClient:
    return TestClient(operator.app, headers={"Authorization": "Bearer c"})


def bodies(operator: Operator) -> list[str]:
    """Every path of the APIs that takes a body."""
    session = "3fa85f64-5717-4562-b3fc-2c963f66afa6"
    root = operator.edition.sessions
    return [
        f"{root}/sessions",
        f"{root}/sessions/{session}/extend",
        f"{root}/retrieve-sessions",
        f"{operator.edition.profiles}/retrieve-qos-profiles",
    ]


@pytest.mark.parametrize("kind", [FORM, "text/plain", "application/xml", "multipart/form-data"])
def test_another_media_type_is_refused(operator: Operator, api: TestClient, kind: str) -> None:
    for path in (*bodies(operator), "/control/clock"):
        answer = api.post(path, content="{}", headers={"Content-Type": kind})
        told = answer.json()
        assert (answer.status_code, told["status"]) == (415, 415), path
        assert told["code"] == "UNSUPPORTED_MEDIA_TYPE"
        assert told["message"] == f"Content-Type is {kind}: send application/json."


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Content-Type": "application/json; charset=utf-8"},
        {"Content-Type": "Application/JSON"},
    ],
)
def test_json_is_read(operator: Operator, api: TestClient, headers: dict[str, str]) -> None:
    path = f"{operator.edition.profiles}/retrieve-qos-profiles"
    assert api.post(path, content=json.dumps({}), headers=headers).status_code == 200


def test_a_token_is_missing_before_a_media_type_is_wrong(operator: Operator) -> None:
    closed = OperatorSettings(api_version=operator.settings.api_version)
    api = TestClient(Operator(closed).app)
    for path in bodies(operator):
        answer = api.post(path, content="{}", headers={"Content-Type": FORM})
        assert answer.status_code == 401


def test_the_token_endpoints_read_forms(api: TestClient) -> None:
    for path in ("/oauth2/token", "/oauth2/bc-authorize"):
        answer = api.post(path, json={"grant_type": "client_credentials"})
        assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")
        told = answer.json()["error_description"]
        assert told == f"Content-Type is application/json: send {FORM}."


def test_the_document_has_the_refusal_where_there_is_a_body(operator: Operator) -> None:
    for path, item in operator.app.openapi()["paths"].items():
        for operation in item.values():
            if path.startswith((operator.edition.sessions, operator.edition.profiles)):
                assert ("415" in operation["responses"]) is ("requestBody" in operation)
