"""Who reaches the MCP server over HTTP, and who does not."""

import asyncio
import re

import httpx2
import pytest
from pydantic import SecretStr
from starlette.types import ASGIApp

from camara_qod.agent.mcp_http import check_reach, http_app, serve
from camara_qod.agent.mcp_server import build_server
from camara_qod.tools.errors import SettingsError
from camara_qod.tools.serving import Server

from .fakes import plugin

TOKEN = SecretStr("s3cret")
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
TYPES = {"accept": "application/json, text/event-stream", "content-type": "application/json"}


async def answered(app: ASGIApp, root: str, **headers: str) -> httpx2.Response:
    """What an attempt to begin is answered."""
    async with (
        app_lifespan(app),
        httpx2.AsyncClient(transport=httpx2.ASGITransport(app=app), base_url=root) as client,
    ):
        return await client.post("/mcp", json=START, headers=TYPES | headers)


async def status(app: ASGIApp, root: str, **headers: str) -> int:
    return (await answered(app, root, **headers)).status_code


def app_lifespan(app: ASGIApp):
    inner = getattr(app, "_app", app)
    return inner.router.lifespan_context(inner)


async def test_any_other_path_says_where_mcp_is() -> None:
    app = http_app(build_server(plugin()), "127.0.0.1", None)
    transport = httpx2.ASGITransport(app=app)
    async with httpx2.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
        answer = await client.get("/")
    assert (answer.status_code, answer.json()["code"]) == (404, "NOT_FOUND")
    assert answer.json()["message"] == "There is nothing here but MCP, at /mcp."


async def test_what_is_refused_is_told_to_the_caller_and_not_logged(
    caplog: pytest.LogCaptureFixture,
) -> None:
    app = http_app(build_server(plugin()), "127.0.0.1", None)
    assert await status(app, "http://elsewhere.example") == 421
    assert caplog.text == ""


@pytest.mark.parametrize(
    ("root", "headers", "expected"),
    [
        ("http://192.0.2.7:8765", {"authorization": "Bearer s3cret"}, 200),
        ("http://qod.example", {"authorization": "Bearer s3cret"}, 200),
        ("http://127.0.0.1:8765", {"authorization": "Bearer s3cret"}, 200),
        ("http://192.0.2.7:8765", {"authorization": "bearer s3cret"}, 200),
        ("http://[2001:db8::1]:8765", {"authorization": "Bearer s3cret"}, 200),
        ("http://192.0.2.7:8765", {}, 401),
        ("http://192.0.2.7:8765", {"authorization": "Bearer s3cre"}, 401),
        ("http://192.0.2.7:8765", {"authorization": "Basic s3cret"}, 401),
        ("http://elsewhere.example", {"authorization": "Bearer s3cret"}, 421),
        (
            "http://192.0.2.7:8765",
            {"authorization": "Bearer s3cret", "origin": "https://elsewhere.example"},
            403,
        ),
        (
            "http://192.0.2.7:8765",
            {"authorization": "Bearer s3cret", "origin": "https://qod.example"},
            200,
        ),
    ],
    ids=range(11),
)
async def test_only_callers_with_the_token_and_the_right_name_come_in(
    root: str, headers: dict[str, str], expected: int
) -> None:
    app = http_app(build_server(plugin()), "192.0.2.7", TOKEN, ("QoD.example", "2001:DB8::1"))
    assert await status(app, root, **headers) == expected


@pytest.mark.parametrize(
    ("root", "headers", "code", "words"),
    [
        (
            "http://192.0.2.7:8765",
            {},
            "UNAUTHENTICATED",
            "There is no Authorization header: send Bearer and the token of this server",
        ),
        (
            "http://192.0.2.7:8765",
            {"authorization": "Bearer wrong"},
            "UNAUTHENTICATED",
            "What the Authorization header has is not the token of this server",
        ),
        (
            "http://elsewhere.example",
            {},
            "INVALID_ARGUMENT",
            "The Host header has no name of this server",
        ),
        (
            "http://192.0.2.7:8765",
            {"origin": "https://elsewhere.example"},
            "PERMISSION_DENIED",
            "The Origin header has no name of this server",
        ),
    ],
    ids=range(4),
)
async def test_who_is_refused_is_told_why(
    root: str, headers: dict[str, str], code: str, words: str
) -> None:
    app = http_app(build_server(plugin()), "192.0.2.7", TOKEN)
    answer = await answered(app, root, **headers)
    told = answer.json()
    assert (told["status"], told["code"]) == (answer.status_code, code)
    assert told["message"].startswith(words)
    assert ("www-authenticate" in answer.headers) == (answer.status_code == 401)


async def test_on_this_machine_no_token_is_needed_and_other_names_are_refused() -> None:
    app = http_app(build_server(plugin()), "127.0.0.1", None)
    assert await status(app, "http://localhost:8765") == 200
    app = http_app(build_server(plugin()), "127.0.0.1", None)
    assert await status(app, "http://rebound.example:8765") == 421


@pytest.mark.parametrize(
    ("host", "token", "names", "words"),
    [
        ("192.0.2.7", None, (), "QOD_MCP_TOKEN"),
        ("0.0.0.0", None, ("qod.example",), "QOD_MCP_TOKEN"),
        ("0.0.0.0", TOKEN, (), "--allowed-host"),
        ("::", TOKEN, (), "--allowed-host"),
        ("0.0.0.0", TOKEN, ("https://qod.example/mcp",), "--allowed-host is a host name"),
        ("0.0.0.0", TOKEN, ("*",), r"and not \*"),
        ("127.0.0.1", None, ("",), "--allowed-host is a host name"),
    ],
)
def test_who_reaches_an_address_and_by_which_name_has_to_be_known(
    host: str, token: SecretStr | None, names: tuple[str, ...], words: str
) -> None:
    with pytest.raises(SettingsError, match=words):
        check_reach(host, token, names)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "::1"])
def test_loopback_needs_neither(host: str) -> None:
    check_reach(host, None, ())


def test_it_is_announced_where_it_can_be_called(monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[str] = []

    monkeypatch.setattr(Server, "main_loop", lambda _: asyncio.sleep(0))
    serve(build_server(plugin()), "127.0.0.1", 0, told.append)
    (root,) = told
    assert re.fullmatch(r"http://127\.0\.0\.1:[1-9][0-9]+", root)
