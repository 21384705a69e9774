"""Clients of three kinds on a running service: curl, OpenAI's library, LangChain's agent."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import openai
import pytest
from langchain.agents import create_agent
from langchain.agents.middleware import HumanInTheLoopMiddleware
from langchain_core.messages import ToolMessage
from langchain_openai import ChatOpenAI
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.types import Command

from camara_qod.agent.service.app import create_app
from camara_qod.agent.service.service import Service
from camara_qod.tools.operation_tools import CHANGING, operation_tools
from camara_qod.tools.plugin import QodPlugin

from ...serving import running
from ..fakes import create, on_session, reading
from .conftest import GAMING, LONGER, PHONE, STOP, Open

EXAMPLES = Path(__file__).parents[3] / "examples"
HOURS, NUMBER = "Low latency for gaming, 2 hours", "it is +351 966 666 666"
SHORTER, WHOLE = "20 minutes rather", "3 hours in total"
TOOLS: Any = [
    {"type": "function", "function": {"name": name}}
    for name in ("createSession", "extendQosSessionDuration")
]


def knowing() -> QodPlugin:
    """Knows the requests of the examples, and corrections."""
    return reading(
        {
            GAMING: create(PHONE, duration=7200),
            HOURS: create(duration=7200),
            f"{HOURS}\n{NUMBER}": create(PHONE, duration=7200),
            SHORTER: create(None, None, duration=1200),
            f"{GAMING}\n{SHORTER}": create(PHONE, duration=1200),
            LONGER: on_session("extendQosSessionDuration", requestedAdditionalDuration=600),
            WHOLE: on_session("extendQosSessionDuration", requestedAdditionalDuration=10800),
            STOP: on_session("deleteSession"),
        }
    )


@pytest.fixture
def service(open_at: Open) -> Service:
    return open_at(knowing())[1]


@pytest.fixture
def url(service: Service) -> Iterator[str]:
    with running(create_app(service), service.watches.close) as at:
        yield at


def example(url: str, *command: str) -> str:
    result = subprocess.run(
        command,
        env=os.environ | {"QOD_URL": url},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert result.returncode == 0, result.stdout + result.stderr[-3000:]
    return result.stdout


@pytest.mark.skipif(shutil.which("curl") is None, reason="there is no curl")
def test_curl_has_a_whole_conversation_and_nothing_is_done_twice(url: str) -> None:
    said = example(url, "sh", str(EXAMPLES / "service_curl.sh"))
    proposed, done, again, longer, _, sessions = (json.loads(line) for line in said.splitlines())
    assert proposed["proposal"]["operation"] == "createSession"
    assert proposed["proposal"]["sources"]
    assert done == again
    assert longer["proposal"]["operation"] == "extendQosSessionDuration"
    assert [item["duration"] for item in sessions] == [7800]


def test_the_example_of_openais_library(url: str) -> None:
    said = example(url, sys.executable, str(EXAMPLES / "service_openai.py"))
    assert "assistant: Which device?" in said
    assert "call: createSession" in said
    assert "100% sure" in said
    assert "is AVAILABLE, for 2 hours." in said
    assert "call: extendQosSessionDuration" in said
    assert "is AVAILABLE, for 2 hours 10 minutes." in said


def test_the_example_of_langchain(url: str) -> None:
    said = example(url, sys.executable, str(EXAMPLES / "service_langchain.py"))
    assert "ai: Which device?" in said
    assert "createSession: Session " in said
    assert "is AVAILABLE, for 2 hours until" in said
    assert "extendQosSessionDuration: Session " in said
    assert "is AVAILABLE, for 2 hours 10 minutes until" in said


def test_openais_library_streams(url: str) -> None:
    client = openai.OpenAI(base_url=f"{url}/v1", api_key="none", max_retries=0)
    assert [model.id for model in client.models.list()] == ["camara-qod"]
    question = {"role": "user", "content": HOURS}
    with client.chat.completions.stream(
        model="camara-qod",
        messages=[question],
        tools=TOOLS,
        stream_options={"include_usage": True},
    ) as stream:
        text = "".join(event.delta for event in stream if event.type == "content.delta")
        answer = stream.get_final_completion()
    assert text == answer.choices[0].message.content
    assert text.startswith("Which device?")
    assert answer.usage is not None
    assert answer.usage.total_tokens > 0
    said = [question, answer.choices[0].message, {"role": "user", "content": NUMBER}]
    arguments = ""
    for chunk in client.chat.completions.create(
        model="camara-qod",
        messages=said,
        tools=TOOLS,
        stream=True,
    ):
        for call in chunk.choices[0].delta.tool_calls or []:
            arguments += call.function.arguments
    assert json.loads(arguments)["device"] == PHONE


async def test_openais_library_asynchronously_and_its_errors(url: str) -> None:
    client = openai.AsyncOpenAI(base_url=f"{url}/v1", api_key="none", max_retries=0)
    said: Any = [{"role": "user", "content": GAMING}]
    answer = await client.chat.completions.create(model="camara-qod", messages=said, tools=TOOLS)
    assert answer.choices[0].finish_reason == "tool_calls"
    assert answer.choices[0].qod["turns"] == [GAMING]  # type: ignore[attr-defined]
    with pytest.raises(openai.NotFoundError) as unknown:
        await client.chat.completions.create(model="gpt-5", messages=said)
    assert unknown.value.code == "model_not_found"
    with pytest.raises(openai.BadRequestError, match="one answer") as wrong:
        await client.chat.completions.create(model="camara-qod", messages=said, n=2)
    assert wrong.value.param == "n"


def chat(url: str) -> ChatOpenAI:
    return ChatOpenAI(model="camara-qod", base_url=f"{url}/v1", api_key="none")  # type: ignore[arg-type]


def test_langchains_model_with_tools_bound(url: str) -> None:
    model = chat(url).bind_tools(operation_tools(knowing()))
    (call,) = model.invoke(GAMING).tool_calls
    assert (call["name"], call["args"]["duration"]) == ("createSession", 7200)
    streamed = None
    for chunk in model.stream(GAMING):
        streamed = chunk if streamed is None else streamed + chunk
    assert streamed is not None
    assert streamed.tool_calls[0]["args"] == call["args"]


def test_langchains_agent_with_a_person_who_corrects_and_edits(url: str) -> None:
    plugin = knowing()  # its operator is the client's own
    review = HumanInTheLoopMiddleware(dict.fromkeys(CHANGING, True))
    agent = create_agent(
        chat(url), operation_tools(plugin), middleware=[review], checkpointer=InMemorySaver()
    )
    thread: Any = {"configurable": {"thread_id": "1"}}

    def step(given: Any) -> ToolMessage | None:
        state = agent.invoke(given, thread)
        made = [item for item in state["messages"] if isinstance(item, ToolMessage)]
        return made[-1] if made else None

    def say(text: str) -> ToolMessage | None:
        return step({"messages": [("human", text)]})

    def decide(**decision: Any) -> ToolMessage:
        made = step(Command(resume={"decisions": [decision]}))
        assert made is not None
        return made

    say(GAMING)
    assert decide(type="reject").status == "error"
    say(SHORTER)  # it corrects what was rejected
    (waiting,) = agent.get_state(thread).interrupts
    arguments = waiting.value["action_requests"][0]["args"]
    assert (arguments["device"], arguments["duration"]) == (PHONE, 1200)
    edited = {"name": "createSession", "args": arguments | {"duration": 3600}}
    session = decide(type="edit", edited_action=edited).artifact
    assert session["duration"] == 3600
    say(WHOLE)  # reckoned from the hour that the person has made of it
    assert decide(type="approve").artifact["duration"] == 10800
    say(STOP)
    assert decide(type="approve").text.endswith(f"Session {session['sessionId']} is deleted.")
