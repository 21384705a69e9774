"""`GroundedToolCalls`, with a scripted outer model that lies."""

import json
from ipaddress import IPv4Address, IPv6Address
from itertools import product
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from langchain.agents import create_agent
from langchain.agents.middleware import HumanInTheLoopMiddleware
from langchain_core.language_models.fake_chat_models import GenericFakeChatModel
from langchain_core.messages import AIMessage, HumanMessage, ToolMessage
from langchain_core.tools import tool
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.types import Command

from camara_qod.agent.grounding import REFUSED, GroundedToolCalls, evidence, identifiers
from camara_qod.tools.errors import SettingsError

SESSION = "3fa85f64-5717-4562-b3fc-2c963f66afa6"


class Scripted(GenericFakeChatModel):
    def bind_tools(self, tools: Any, **_: Any) -> "Scripted":
        return self


def run(said: str, *calls: dict[str, Any], **options: Any) -> tuple[list[Any], list[ToolMessage]]:
    """What reached the tool, and what the model was told."""
    reached: list[Any] = []

    @tool
    def connect(target: Any = None, other: Any = None) -> str:
        """Connect."""
        reached.append(other if target is None else target)
        return "the session is " + SESSION

    script = [
        AIMessage("", tool_calls=[{"name": "connect", "args": args, "id": str(number)}])
        for number, args in enumerate(calls)
    ]
    model = Scripted(messages=iter([*script, AIMessage("done")]))
    agent = create_agent(model, tools=[connect], middleware=[GroundedToolCalls(**options)])
    state = agent.invoke({"messages": [HumanMessage(said)]})
    return reached, [item for item in state["messages"] if isinstance(item, ToolMessage)]


@pytest.mark.parametrize(
    ("said", "target"),
    [
        ("my ip is 192.168.1.50", "192.168.1.50"),
        ("call +351 966-666-666", "+351966666666"),
        ("call 00351 966 666 666", "tel:+351966666666"),
        ("on 2001:DB8:0:0::1", "2001:db8::1"),
        (f"stop {SESSION.upper()}", SESSION),
        ("order 4711 0815 123", 47110815123),
        ("send it to https://a.example/x, please", "https://a.example/x"),
        ("two hours of gaming", {"duration": 7200, "profile": "QOS_E", "ports": [443]}),
        ("net 10.0.0.0/24", "10.0.0.0/24"),
        ("on １９２.168.1.50", "192.168.1.50"),
    ],
)
def test_what_the_human_wrote_goes_through(said: str, target: Any) -> None:
    reached, _ = run(said, {"target": target})
    assert reached == [target]


@pytest.mark.parametrize(
    "target",
    [
        "192.168.1.51",
        "the device 10.0.0.1 please",
        {"ipv4Address": {"publicAddress": "84.125.93.10", "publicPort": 59765}},
        ["192.168.1.50", "192.168.1.51"],
        {"10.0.0.9": "key"},
        "192.168.1\u200b.51",
        "１９２.１６８.1.51",
        "192.168.001.051",
        3232235827,
        "0xC0A80133",
        "+351966666667",
        "966 666 667",
        "2001:db8::2",
        "3fa85f64-5717-4562-b3fc-2c963f66afa7",
        "https://evil.example/",
        "someone@evil.example",
    ],
)
def test_what_nobody_named_does_not(target: Any) -> None:
    reached, answers = run("I'm on 192.168.1.50 or +351966666666", {"target": target})
    assert reached == []
    (refusal,) = answers
    assert refusal.status == "error"
    assert "target" in refusal.text
    assert not identifiers(str(refusal.text)), "the refusal does not repeat what was made up"


def test_the_model_can_correct_itself_and_use_what_a_tool_returned() -> None:
    reached, _ = run(
        "my phone is +351966666666",
        {"target": SESSION},
        {"target": "+351966666666"},
        {"target": SESSION},
    )
    assert reached == ["+351966666666", SESSION]


def test_texts_of_the_deployer_and_tools_that_are_not_guarded() -> None:
    assert run("hi", {"target": "203.0.113.100"}, trusted=["203.0.113.100"])[0]
    assert run("hi", {"target": "203.0.113.100"}, trusted="203.0.113.100")[0]
    assert run("hi", {"target": "203.0.113.100"}, tools=[])[0]
    assert not run("hi", {"target": "203.0.113.100"}, tools=["connect"])[0]
    assert not run("hi", {"target": "203.0.113.100"}, tools="connect")[0]


@pytest.mark.parametrize("tools", [["conect"], ["connect", "conect"], "conect"])
def test_a_tool_that_is_not_there_cannot_be_guarded(tools: Any) -> None:
    with pytest.raises(SettingsError, match=r"guard conect, .* it has connect"):
        run("hi", {"target": "hello"}, tools=tools)


async def test_asynchronously_too() -> None:
    @tool
    async def connect(target: str) -> str:
        """Connect."""
        raise AssertionError("a made-up address reached the tool")

    call = {"name": "connect", "args": {"target": "10.9.8.7"}, "id": "1"}
    model = Scripted(messages=iter([AIMessage("", tool_calls=[call]), AIMessage("done")]))
    agent = create_agent(model, tools=[connect], middleware=[GroundedToolCalls()])
    state = await agent.ainvoke({"messages": [HumanMessage("hi")]})
    assert state["messages"][-2].additional_kwargs[REFUSED]


def test_what_the_model_itself_said_is_no_evidence() -> None:
    assert evidence([AIMessage("try 10.0.0.1"), HumanMessage("ok")]) == set()


def test_a_summary_of_older_messages_is_a_models_and_no_evidence() -> None:
    summary = HumanMessage(
        "The user's phone is +351966666667.", additional_kwargs={"lc_source": "summarization"}
    )
    assert evidence([summary, HumanMessage("ok")]) == set()


@pytest.mark.parametrize(
    ("mode", "notice", "first"),
    # The review of single calls has to come first: it is part of the call that the guard sees.
    [
        *product(["batched"], ["Note.", None], [True, False]),
        *product(["per_call"], ["Note.", None], [True]),
    ],
)
def test_what_a_reviewer_put_in_counts_from_then_on_and_what_he_left_does_not(
    mode: Any, notice: str | None, first: bool
) -> None:
    reached: list[str] = []

    @tool
    def connect(target: str, other: str = "") -> str:
        """Connect."""
        reached.append(target)
        return "done"

    arguments = [{"target": "10.9.8.7"}, {"target": "10.0.0.1"}, {"target": "10.9.8.7"}]
    script = [
        AIMessage("", tool_calls=[{"name": "connect", "args": args, "id": str(number)}])
        for number, args in enumerate(arguments)
    ]
    review = HumanInTheLoopMiddleware(
        {"connect": {"allowed_decisions": ["edit"], "when": is_first}},
        interrupt_mode=mode,
        edit_notice=notice,
    )
    guards = [review, GroundedToolCalls()]
    agent = create_agent(
        Scripted(messages=iter([*script, AIMessage("done")])),
        tools=[connect],
        middleware=guards if first else guards[::-1],
        checkpointer=InMemorySaver(),
    )
    config: Any = {"configurable": {"thread_id": "1"}}
    agent.invoke({"messages": [HumanMessage("connect")]}, config)
    edited = {"name": "connect", "args": {"target": "10.0.0.1"}}
    decision = {"type": "edit", "edited_action": edited}
    agent.invoke(
        Command(resume={"decisions": [decision]} if mode == "batched" else decision), config
    )
    assert reached == ["10.0.0.1", "10.0.0.1"]


def is_first(request: Any) -> bool:
    return request.tool_call["id"] == "0"


def host(ip: IPv4Address | IPv6Address) -> object:
    """What an address is: mapped into IPv6 it is the IPv4 one; two are this machine."""
    ip = (ip.ipv4_mapped or ip) if isinstance(ip, IPv6Address) else ip
    return "localhost" if str(ip) in ("127.0.0.1", "::1") else ip


@given(st.ip_addresses(), st.ip_addresses())
@example(IPv4Address("0.0.0.0"), IPv6Address("::ffff:0:0"))
@example(IPv4Address("10.0.0.1"), IPv6Address("::ffff:10.0.0.2"))
@example(IPv4Address("127.0.0.1"), IPv6Address("::1"))
@example(IPv4Address("127.0.0.1"), IPv4Address("127.0.0.2"))
def test_any_other_address_is_refused(said, called) -> None:
    known = evidence([HumanMessage(f"I am at {said}.")])
    asked = identifiers(json.dumps({"device": str(called)}))
    assert (asked <= known) is (host(said) == host(called))
