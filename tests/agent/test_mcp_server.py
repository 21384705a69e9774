"""The MCP server, driven by the official SDK's client."""

import json
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path
from typing import Any

import httpx2
import pytest
from mcp import Client, StdioServerParameters, stdio_client
from mcp.types import ElicitResult, ErrorData

from camara_qod.agent.mcp_server import build_server
from camara_qod.tools.camara import models_1_2
from camara_qod.tools.camara.edition import EDITIONS, ApiVersion
from camara_qod.tools.camara.models import RetrieveSessionsInput
from camara_qod.tools.operation_tools import CHANGING, OPERATIONS, operation_tools
from camara_qod.tools.plugin import QodPlugin
from camara_qod.tools.settings import QodSettings

from ..serving import free_port
from .fakes import ScriptedDecoder, ScriptedInterpreter, create, on_session, plugin

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
    words = tools["quality_on_demand"].input_schema
    assert set(words["properties"]) == {"request"}
    assert words["properties"]["request"]["minLength"] == 1
    assert (words["title"], words["description"]) == ("Request", "A request in words.")


async def test_schemas_tell_what_the_models_know() -> None:
    async with Client(build_server(plugin())) as client:
        tools = {tool.name: tool for tool in (await client.list_tools()).tools}
    fields = tools["createSession"].input_schema["properties"]
    assert fields["duration"]["title"] == "Duration"
    assert "seconds" in fields["duration"]["description"]
    assert (fields["duration"]["minimum"], fields["duration"]["maximum"]) == (1, 2**31 - 1)
    assert fields["qosProfile"]["title"] == "QoS profile"
    assert fields["qosProfile"]["pattern"] == "^[a-zA-Z0-9_.-]+$"
    assert tools["getSession"].input_schema["properties"]["sessionId"]["title"] == "Session id"
    for tool in tools.values():
        assert tool.title
        assert tool.annotations.title == tool.title
        for schema in objects([tool.input_schema, tool.output_schema]):
            for name, field in schema.get("properties", {}).items():
                assert field["description"], (tool.name, name)
    assert {name for name, tool in tools.items() if not tool.output_schema} == {"deleteSession"}
    device = fields["device"]
    assert device["minProperties"] == 1
    assert device["properties"]["ipv4Address"]["minProperties"] == 2
    assert device["properties"]["ipv4Address"]["properties"]["publicAddress"]["format"] == "ipv4"
    session = tools["getSession"].output_schema["properties"]
    assert session["startedAt"]["format"] == "date-time"
    assert session["qosStatus"]["enum"] == ["REQUESTED", "AVAILABLE", "UNAVAILABLE"]


def titles(schema: Any) -> Iterator[str]:
    """Every title that is in a schema."""
    if isinstance(schema, dict):
        if isinstance(schema.get("title"), str):
            yield schema["title"]
        for inner in schema.values():
            yield from titles(inner)
    elif isinstance(schema, list):
        for inner in schema:
            yield from titles(inner)


async def test_titles_are_words() -> None:
    async with Client(build_server(plugin())) as client:
        assert client.server_info.title == "CAMARA Quality-on-Demand"
        tools = (await client.list_tools()).tools
    for tool in tools:
        for shown in titles([tool.input_schema, tool.output_schema]):
            first, *others = shown.replace("QoS", "qos").replace("IPv", "ipv").split()
            assert not re.search("[a-z_][A-Z_]", first), shown
            assert all(word.islower() or word in ("UTC", "L4S") for word in others), shown


@pytest.mark.parametrize("spoken", list(EDITIONS))
async def test_each_argument_is_told_without_references_in_either_version(
    spoken: ApiVersion,
) -> None:
    settings = QodSettings(_env_file=None, api_version=spoken)
    parts = QodPlugin(ScriptedInterpreter(ScriptedDecoder(), settings))
    async with Client(build_server(parts)) as client:
        tools = (await client.list_tools()).tools
    for tool in tools:
        told = json.dumps([tool.input_schema, tool.output_schema])
        assert "$defs" not in told, tool.name
        assert "null" not in json.dumps(tool.input_schema), tool.name
        for schema in objects(tool.input_schema):
            for name, field in schema["properties"].items():
                assert field["description"], name
    (create_session,) = [tool for tool in tools if tool.name == "createSession"]
    servers = create_session.input_schema["properties"]["applicationServer"]["properties"]
    assert ("ipAddresses" in servers) is (spoken == "1.2")


async def test_only_what_may_be_null_is_said_to_be() -> None:
    async with Client(build_server(plugin())) as client:
        tools = (await client.list_tools()).tools
    for tool in tools:
        assert "null" not in json.dumps(tool.input_schema), tool.name
        if tool.name != "quality_on_demand":
            assert "null" not in json.dumps(tool.output_schema or {}), tool.name


async def test_hints_say_what_may_be_repeated_and_what_is_lost() -> None:
    async with Client(build_server(plugin())) as client:
        tools = (await client.list_tools()).tools
    hints = {tool.name: tool.annotations for tool in tools}
    destructive = {"deleteSession", "quality_on_demand"}
    assert {name for name, hint in hints.items() if hint.destructive_hint} == destructive
    again = {"createSession", "extendQosSessionDuration", "quality_on_demand"}
    assert {name for name, hint in hints.items() if not hint.idempotent_hint} == again
    assert all(hint.open_world_hint for hint in hints.values())


async def test_the_outcome_has_no_field_that_its_schema_lacks() -> None:
    async with Client(build_server(plugin(create(), create(PHONE)))) as client:
        tools = {tool.name: tool for tool in (await client.list_tools()).tools}
        asked = await client.call_tool("quality_on_demand", {"request": "gaming please"})
        made = await client.call_tool("quality_on_demand", {"request": "gaming +351966666666"})
    fields = tools["quality_on_demand"].output_schema["properties"]
    for result in (asked, made):
        assert list(result.structured_content) == list(fields)


async def test_a_session_of_the_newer_version_is_of_the_schema_that_was_shown() -> None:
    settings = QodSettings(_env_file=None, api_version="1.2")
    parts = QodPlugin(ScriptedInterpreter(ScriptedDecoder(), settings))
    several = {"ipAddresses": ["203.0.113.5", "203.0.113.6"]}
    body = models_1_2.CreateSession.model_validate(BODY | {"applicationServer": several})
    made = parts.client.create_session(body)
    async with Client(build_server(parts)) as client:
        found = await client.call_tool("getSession", {"sessionId": str(made.session_id)})
        listed = await client.call_tool("retrieveSessionsByDevice", {"device": PHONE})
    assert found.structured_content["applicationServer"] == several
    assert listed.structured_content["result"] == [found.structured_content]


async def test_what_is_answered_is_of_the_schema_that_was_shown() -> None:
    # The client of the SDK checks each result that is no error.
    async with Client(build_server(plugin(create(PHONE), probability=1))) as client:
        words = await client.call_tool("quality_on_demand", {"request": "gaming on +351966666666"})
        session = words.structured_content["answer"]["sessionId"]
        one = await client.call_tool("getSession", {"sessionId": session})
        listed = await client.call_tool("retrieveSessionsByDevice", {"device": PHONE})
        longer = {"sessionId": session, "requestedAdditionalDuration": 60}
        extended = await client.call_tool("extendQosSessionDuration", longer)
        profiles = await client.call_tool("retrieveQoSProfiles", {})
        profile = await client.call_tool("getQosProfile", {"name": "QOS_E"})
        gone = await client.call_tool("deleteSession", {"sessionId": session})
    assert one.structured_content["sessionId"] == session
    assert len(listed.structured_content["result"]) == 1
    assert extended.structured_content["sessionId"] == session
    assert len(profiles.structured_content["result"]) == 4
    assert profile.structured_content["name"] == "QOS_E"
    assert not gone.is_error


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
        assert second.structured_content["error"]["code"] == "CONFLICT"
        wrong = await client.call_tool("createSession", BODY | {"device": {"phoneNumber": "12"}})
        assert wrong.is_error


def objects(schema: Any) -> Iterator[dict[str, Any]]:
    """Every schema of an object that is in a schema."""
    if isinstance(schema, dict):
        if schema.get("type") == "object":
            yield schema
        for inner in schema.values():
            yield from objects(inner)
    elif isinstance(schema, list):
        for inner in schema:
            yield from objects(inner)


async def test_no_schema_takes_more_than_it_names() -> None:
    async with Client(build_server(plugin())) as client:
        tools = (await client.list_tools()).tools
    for tool in tools:
        found = list(objects(tool.input_schema))
        assert found
        assert all(item["additionalProperties"] is False for item in found), tool.name


WRONG: list[tuple[str, dict[str, Any], list[str]]] = [
    ("createSession", BODY | {"devicePort": {"ports": [5]}}, ["devicePort is not known here"]),
    (
        "createSession",
        BODY | {"device": PHONE | {"ipv4": "1.2.3.4"}, "duration": "600", "qos_profile": "QOS_E"},
        [
            "device.ipv4 is not known here",
            "duration: it should be a valid integer",
            "qos_profile is not known here",
        ],
    ),
    ("createSession", {}, ["applicationServer is missing", "qosProfile is", "duration is missing"]),
    ("getSession", {"sessionID": "x"}, ["sessionId is missing", "sessionID is not known here"]),
    ("getSession", {"sessionId": "x", "\ud800": 1}, ["'x' is no UUID"]),
    ("retrieveQoSProfiles", {"names": []}, ["names is not known here"]),
    ("quality_on_demand", {"request": "gaming", "device": 1}, ["device is not known here"]),
    ("quality_on_demand", {"request": ["gaming"]}, ["request: it should be a valid string"]),
    ("quality_on_demand", {}, ["request is missing"]),
    ("quality_on_demand", {"request": ""}, ["request: it should have at least 1 character"]),
]


@pytest.mark.parametrize(("tool", "arguments", "words"), WRONG, ids=range(len(WRONG)))
async def test_every_wrong_argument_is_named_and_nothing_is_sent(
    tool: str, arguments: dict[str, Any], words: list[str]
) -> None:
    parts = plugin()
    async with Client(build_server(parts)) as client:
        result = await client.call_tool(tool, arguments)
    text = result.content[0].text
    assert result.is_error
    assert text.startswith("Not sent. ")
    for part in words:
        assert part in text
    assert "pydantic" not in text
    listed = parts.client.retrieve_sessions_by_device(RetrieveSessionsInput(device=PHONE))
    assert listed == []


async def test_refusals_are_worded_as_those_of_the_langchain_tools() -> None:
    parts = plugin()
    wrong = BODY | {"devicePort": 1, "duration": 0}
    (create_session,) = [tool for tool in operation_tools(parts) if tool.name == "createSession"]
    call = {"name": "createSession", "args": wrong, "id": "1", "type": "tool_call"}
    async with Client(build_server(parts)) as client:
        result = await client.call_tool("createSession", wrong)
    assert result.content[0].text == create_session.invoke(call).content


async def test_an_object_as_json_text_is_as_good_and_null_is_nothing() -> None:
    async with Client(build_server(plugin())) as client:
        packed = BODY | {"device": json.dumps(PHONE | {"ipv6Address": None}), "sink": None}
        assert not (await client.call_tool("createSession", packed)).is_error
        without = {"device": PHONE | {"ipv4Address": None, "networkAccessIdentifier": None}}
        assert not (await client.call_tool("retrieveSessionsByDevice", without)).is_error
        deep = '{"a":' * 900 + "1" + "}" * 900
        wrong = await client.call_tool("retrieveSessionsByDevice", {"device": deep})
        assert "device.a is not known here" in wrong.content[0].text
        wrong = await client.call_tool("createSession", BODY | {"device": "{phone"})
    assert "device: it should be an object" in wrong.content[0].text


EMPTY = ElicitResult(action="accept")
MISNAMED = ElicitResult(action="accept", content={"reply": "+351966666666"})


@pytest.mark.parametrize(
    ("mode", "answer"),
    [
        # From revision 2026-07-28 on, an error in place of an answer stays in the client.
        ("legacy", ErrorData(code=-32601, message="Method not found")),
        ("legacy", ErrorData(code=-32603, message="No one is there")),
        ("legacy", EMPTY),
        ("legacy", MISNAMED),
        ("auto", EMPTY),
        ("auto", MISNAMED),
    ],
    ids=range(6),
)
async def test_a_question_that_the_client_does_not_pass_on_is_the_result(
    mode: Any, answer: Any
) -> None:
    async def answers(_: Any, __: Any) -> Any:
        return answer

    server = build_server(plugin(create()))
    async with Client(server, elicitation_callback=answers, mode=mode) as client:
        result = await client.call_tool("quality_on_demand", {"request": "gaming please"})
    assert not result.is_error
    assert result.content[0].text.startswith("Which device?")
    assert result.structured_content["sent"] is False


@pytest.mark.parametrize("mode", ["auto", "legacy"])
async def test_errors_are_told_where_the_client_can_ask_too(mode: Any) -> None:
    async def answers(_: Any, __: Any) -> ElicitResult:
        raise AssertionError

    server = build_server(plugin())
    async with Client(server, elicitation_callback=answers, mode=mode) as client:
        result = await client.call_tool("quality_on_demand", {"request": "gaming " * 5000})
        assert result.is_error
        assert "QOD_MAX_PROMPT_TOKENS" in result.content[0].text
        result = await client.call_tool("quality_on_demand", {"request": "gaming \udc80"})
        assert result.is_error
        assert "no text" in result.content[0].text


async def test_the_server_has_the_version_of_the_package() -> None:
    async with Client(build_server(plugin())) as client:
        assert client.server_info.version == version("camara-qod")


SESSION = "3fa85f64-5717-4562-b3fc-2c963f66afa6"
KILL = {"request": f"kill {SESSION}"}


@pytest.mark.parametrize("mode", ["auto", "legacy"])
@pytest.mark.parametrize(
    ("answer", "sent"),
    [
        (ElicitResult(action="accept", content={"send": True}), True),
        (ElicitResult(action="accept", content={"send": False}), False),
        (ElicitResult(action="decline"), False),
        (ElicitResult(action="cancel"), False),
    ],
    ids=["yes", "no", "decline", "cancel"],
)
async def test_an_unsure_change_is_asked_about(mode: Any, answer: ElicitResult, sent: bool) -> None:
    asked: list[str] = []

    async def answers(_: Any, params: Any) -> ElicitResult:
        asked.append(params.message)
        return answer

    parts = plugin(create(PHONE), probability=0.5)
    async with Client(build_server(parts), elicitation_callback=answers, mode=mode) as client:
        request = {"request": "gaming on +351966666666"}
        result = await client.call_tool("quality_on_demand", request)
    assert len(asked) == 1
    assert asked[0].startswith("This would call createSession: device +351966666666")
    assert "The model is 50% sure" in asked[0]
    listed = parts.client.retrieve_sessions_by_device(RetrieveSessionsInput(device=PHONE))
    assert bool(listed) is sent
    assert result.content[0].text.startswith("Session" if sent else "Not sent.")


@pytest.mark.parametrize("mode", ["auto", "legacy"])
@pytest.mark.parametrize(
    ("action", "told"),
    [
        ("decline", "Not sent. The user does not want it."),
        ("cancel", "Not sent. The user did not answer."),
    ],
)
@pytest.mark.parametrize("decision", [create(), create(PHONE)], ids=["question", "proposal"])
async def test_who_says_no_to_a_question_is_reported_as_to_a_proposal(
    mode: Any, action: Any, told: str, decision: dict[str, Any]
) -> None:
    async def answers(_: Any, __: Any) -> ElicitResult:
        return ElicitResult(action=action)

    server = build_server(plugin(decision, probability=0.5))
    async with Client(server, elicitation_callback=answers, mode=mode) as client:
        request = {"request": "gaming on +351966666666"}
        result = await client.call_tool("quality_on_demand", request)
    assert not result.is_error
    assert result.content[0].text == told
    assert result.structured_content == {"text": told, "sent": False}


async def test_an_unsure_change_of_a_client_that_cannot_ask_is_a_proposal() -> None:
    delete = on_session("deleteSession", SESSION)
    async with Client(build_server(plugin(delete, probability=0.9))) as client:
        result = await client.call_tool("quality_on_demand", KILL)
    assert not result.is_error
    assert result.structured_content["sent"] is False
    proposal = result.structured_content["proposal"]
    assert proposal["operation"] == "deleteSession"
    assert proposal["arguments"] == {"sessionId": SESSION}
    assert proposal["confidence"] == 0.9
    text = result.content[0].text
    assert text.startswith(f"This would delete session {SESSION}.")
    assert text.endswith(f'after a yes, call deleteSession with {{"sessionId": "{SESSION}"}}.')


@pytest.mark.parametrize("mode", ["auto", "legacy"])
async def test_a_confirmation_that_the_client_does_not_pass_on_is_a_proposal(mode: Any) -> None:
    async def answers(_: Any, __: Any) -> Any:
        return EMPTY

    delete = on_session("deleteSession", SESSION)
    server = build_server(plugin(delete, probability=0.9))
    async with Client(server, elicitation_callback=answers, mode=mode) as client:
        result = await client.call_tool("quality_on_demand", KILL)
    assert result.structured_content["proposal"]["operation"] == "deleteSession"
    assert "after a yes, call deleteSession" in result.content[0].text


async def test_an_answer_is_kept_where_the_confirmation_after_it_does_not_fit() -> None:
    contents = iter([{"answer": "+351966666666"}, {"answer": "yes"}])

    async def answers(_: Any, __: Any) -> Any:
        return ElicitResult(action="accept", content=next(contents))

    server = build_server(plugin(create(), create(PHONE), create(PHONE), probability=0.5))
    async with Client(server, elicitation_callback=answers, mode="legacy") as client:
        result = await client.call_tool("quality_on_demand", {"request": "gaming please"})
    assert result.structured_content["proposal"]["operation"] == "createSession"
    assert result.structured_content["proposal"]["arguments"]["device"] == PHONE


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
        misspelt = await client.call_tool("createSession", BODY | {"devicePort": {"ports": [5]}})
        assert misspelt.is_error
        assert misspelt.content[0].text == (
            "Not sent. devicePort is not known here (meant: devicePorts?). Correct it, or ask the "
            "user."
        )
        result = await client.call_tool("createSession", BODY)
        assert not result.is_error, result.content
        session_id = result.structured_content["sessionId"]
        found = httpx2.get(f"{operator}/quality-on-demand/v1/sessions/{session_id}").json()
        assert found["device"] == PHONE if "device" in found else True
        assert found["qosStatus"] == "AVAILABLE"
        gone = await client.call_tool("deleteSession", {"sessionId": session_id})
        assert gone.content[0].text == f"Session {session_id} is deleted."


async def test_a_create_over_stdio_ends_as_a_session_in_the_mock(
    operator: str, tmp_path: Path
) -> None:
    server = StdioServerParameters(
        command=COMMAND[0], args=COMMAND[1:], env={"QOD_API_ROOT": operator}
    )
    said = tmp_path / "stderr"
    with said.open("w") as file:
        await creates_a_session(stdio_client(server, errlog=file), operator)
    # Clients show it to their users, and ordinary calls, refused ones too, are no news.
    assert said.read_text() == ""


async def test_a_create_over_http_ends_as_a_session_in_the_mock(operator: str) -> None:
    port = free_port()
    command = [*COMMAND, "--transport", "http", "--port", str(port)]
    for url in running(command, f"http://127.0.0.1:{port}/mcp", port, QOD_API_ROOT=operator):
        await creates_a_session(url, operator)
