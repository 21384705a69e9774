"""The MCP server, driven by the official SDK's client."""

import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from typing import Any

import httpx2
import pytest
from mcp import Client, StdioServerParameters
from mcp.types import ElicitResult

from camara_qod.agent.mcp_server import build_server
from camara_qod.tools.operation_tools import CHANGING, OPERATIONS

from ..serving import free_port
from .fakes import create, plugin

PHONE = {"phoneNumber": "+351966666666"}
BODY = {
    "device": PHONE,
    "applicationServer": {"ipv4Address": "203.0.113.100"},
    "qosProfile": "QOS_E",
    "duration": 600,
}
COMMAND = [sys.executable, "-m", "camara_qod.agent.cli", "mcp"]


async def test_tools_say_what_they_do() -> None:
    async with Client(build_server(plugin())) as client:
        tools = {tool.name: tool for tool in (await client.list_tools()).tools}
    assert set(tools) == {"quality_on_demand", *OPERATIONS}
    for name in OPERATIONS:
        assert tools[name].annotations.read_only_hint is (name not in CHANGING)
    assert tools["deleteSession"].annotations.destructive_hint is True
    assert tools["createSession"].annotations.destructive_hint is False
    schema = tools["createSession"].input_schema
    assert schema["required"] == ["applicationServer", "qosProfile", "duration"]
    assert set(tools["quality_on_demand"].input_schema["properties"]) == {"request"}


async def test_what_is_missing_is_asked_for_where_the_client_can() -> None:
    asked: list[str] = []

    async def answer(_: Any, params: Any) -> ElicitResult:
        asked.append(params.message)
        return ElicitResult(action="accept", content={"answer": "+351966666666"})

    parts = plugin(create(), create(PHONE))
    async with Client(build_server(parts), elicitation_callback=answer) as client:
        result = await client.call_tool("quality_on_demand", {"request": "gaming please"})
    assert asked[0].startswith("Which device?")
    assert result.structured_content["answer"]["qosStatus"] == "AVAILABLE"


async def test_what_is_missing_is_told_where_the_client_cannot_ask() -> None:
    async with Client(build_server(plugin(create()))) as client:
        result = await client.call_tool("quality_on_demand", {"request": "gaming please"})
    assert result.content[0].text.startswith("Which device?")
    assert not result.is_error


async def test_refusals_are_errors_with_advice() -> None:
    async with Client(build_server(plugin())) as client:
        first = await client.call_tool("createSession", BODY)
        assert not first.is_error
        second = await client.call_tool("createSession", BODY)
        assert second.is_error
        assert "Extend it, or delete it first" in second.content[0].text
        wrong = await client.call_tool("createSession", BODY | {"device": {"phoneNumber": "12"}})
        assert wrong.is_error


@pytest.fixture(scope="module")
def operator() -> Iterator[str]:
    """A mock operator in a process of its own."""
    port = free_port()
    command = [sys.executable, "-m", "camara_qod.agent.cli", "mock", "--open", "--port", str(port)]
    yield from running([*command, "--database", "sqlite://"], f"http://127.0.0.1:{port}", port)


def running(command: list[str], url: str, port: int, **env: str) -> Iterator[str]:
    import os

    process = subprocess.Popen(
        command, env=os.environ | env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        until = time.monotonic() + 60
        while time.monotonic() < until:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.1)
        yield url
    finally:
        process.terminate()
        process.wait()


async def creates_a_session(server: Any, operator: str) -> None:
    async with Client(server) as client:
        result = await client.call_tool("createSession", BODY)
        assert not result.is_error, result.content
        session_id = result.structured_content["sessionId"]
        found = httpx2.get(f"{operator}/quality-on-demand/v1/sessions/{session_id}").json()
        assert found["device"] == PHONE if "device" in found else True
        assert found["qosStatus"] == "AVAILABLE"
        gone = await client.call_tool("deleteSession", {"sessionId": session_id})
        assert gone.content[0].text == f"Session {session_id} is deleted."


async def test_a_create_over_stdio_ends_as_a_session_in_the_mock(operator: str) -> None:
    server = StdioServerParameters(
        command=COMMAND[0], args=COMMAND[1:], env={"QOD_API_ROOT": operator}
    )
    await creates_a_session(server, operator)


async def test_a_create_over_http_ends_as_a_session_in_the_mock(operator: str) -> None:
    port = free_port()
    command = [*COMMAND, "--transport", "http", "--port", str(port)]
    for url in running(command, f"http://127.0.0.1:{port}/mcp", port, QOD_API_ROOT=operator):
        await creates_a_session(url, operator)
