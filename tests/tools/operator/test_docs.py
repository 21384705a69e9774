"""`/docs` and `/`: what a person who opens the mock in a browser is shown, offline."""

import re

import pytest
from fastapi.testclient import TestClient
from pydantic import SecretStr

from camara_qod.tools.operator.app import Operator
from camara_qod.tools.operator.settings import OperatorSettings

#: Python 3.12 names scripts in another way than those before it.
SCRIPTS = ("text/javascript", "application/javascript")


@pytest.fixture
def api() -> TestClient:
    return TestClient(Operator(OperatorSettings(open=True)).app)


def test_the_page_needs_no_other_server(api: TestClient) -> None:
    page = api.get("/docs")
    assert page.status_code == 200
    needed = re.findall(r'(?:src|href)="([^"]*)"', page.text)
    assert len(needed) == 4
    assert "http" not in page.text
    for path in needed:
        part = api.get(f"/{path}")
        assert part.status_code == 200
        assert part.headers["content-type"].startswith(("text/css", "image/png", *SCRIPTS))
    start = api.get("/docs/start.js").text
    assert re.findall(r'url: "(.*)"', start) == ["openapi.json"]
    assert api.get("/openapi.json").json()["paths"]


def test_the_page_holds_under_a_strict_policy(api: TestClient) -> None:
    page = api.get("/docs")
    policy = page.headers["Content-Security-Policy"]
    assert "default-src 'none'; script-src 'self';" in policy
    assert "http" not in policy
    # No script or style stands in the page itself.
    assert re.findall(r"<script(?![^>]*src=)|<style|\bon\w+=|style=", page.text) == []


@pytest.mark.parametrize("version", ["1.1", "1.2"])
def test_the_root_tells_what_there_is(version: str) -> None:
    settings = OperatorSettings(api_version=version, control_token=SecretStr("c"))
    operator = Operator(settings)
    api = TestClient(operator.app)
    told = api.get("/").json()
    assert told["version"] == operator.edition.version
    assert told["quality-on-demand"] == f"http://testserver{operator.edition.sessions}"
    assert "POST /oauth2/token" in told["tokens"]
    for name in ("documentation", "openapi", "openid-configuration"):
        assert api.get(told[name]).status_code == 200
    assert api.post(told["token"]).status_code == 401
    assert api.get(told["control"]).status_code == 401


def test_the_root_of_an_open_operator(api: TestClient) -> None:
    told = api.get("/").json()
    assert "without a token" in told["tokens"]
    assert "control" not in told


def test_a_path_that_there_is_not_leads_to_the_root(api: TestClient) -> None:
    for path in ("/quality-on-demand/v9/sessions", "/docs/assets/none.js"):
        answer = api.get(path)
        assert (answer.status_code, answer.json()["code"]) == (404, "NOT_FOUND")
        assert "GET /" in answer.json()["message"]
