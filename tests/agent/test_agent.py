"""The agent with confirmation, grounding and a checkpointer."""

from typing import Any

import pytest
from langchain_core.language_models.fake_chat_models import GenericFakeChatModel
from langchain_core.messages import AIMessage, HumanMessage, ToolMessage
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.types import Command

from camara_qod.agent.agent import Confirm, _described, build_agent
from camara_qod.tools.errors import SettingsError

from .fakes import create, on_session, plugin

PHONE = {"phoneNumber": "+351966666666"}
CONFIG: Any = {"configurable": {"thread_id": "1"}}
SAID = {"messages": [HumanMessage("gaming on +351966666666")]}


class Scripted(GenericFakeChatModel):
    def bind_tools(self, tools: Any, **_: Any) -> "Scripted":
        return self


def agent(confirm: Confirm = "always", *, probability: float = 1.0, model: Any = None) -> Any:
    parts = plugin(*[create(PHONE)] * 3, probability=probability)
    return build_agent(parts, model=model, confirm=confirm, checkpointer=InMemorySaver())


def results(state: dict[str, Any]) -> list[ToolMessage]:
    return [item for item in state["messages"] if isinstance(item, ToolMessage)]


def decide(running: Any, **decision: Any) -> dict[str, Any]:
    return running.invoke(Command(resume={"decisions": [decision]}), CONFIG)


def test_a_change_waits_for_approval() -> None:
    running = agent()
    state = running.invoke(SAID, CONFIG)
    (interrupt,) = state["__interrupt__"]
    (review,) = interrupt.value["action_requests"]
    assert review["args"]["device"] == PHONE
    text = review["description"]
    assert text.startswith("This would call createSession: device +351966666666")
    assert text.endswith(
        "Not said but assumed: applicationServer (the configured default server), duration (the "
        "configured default duration)."
    )
    assert results(state) == []
    done = decide(running, type="approve")
    assert "is AVAILABLE" in results(done)[0].text


def test_a_rejected_request_stays_open_for_a_correction() -> None:
    alone, joined = create(None, None, duration=600), create(PHONE, duration=600)
    parts = plugin(create(PHONE), alone, joined)
    running = build_agent(parts, checkpointer=InMemorySaver())
    running.invoke(SAID, CONFIG)
    rejected = decide(running, type="reject", message="too long")
    assert results(rejected)[0].status == "error"
    assert rejected["messages"][-1].text == "Not sent. too long"
    again = running.invoke({"messages": [HumanMessage("ten minutes only")]}, CONFIG)
    (interrupt,) = again["__interrupt__"]
    arguments = interrupt.value["action_requests"][0]["args"]
    assert (arguments["device"], arguments["duration"]) == (PHONE, 600)


def test_what_a_human_edits_counts_as_written_by_them() -> None:
    running = agent()
    state = running.invoke(SAID, CONFIG)
    arguments = state["__interrupt__"][0].value["action_requests"][0]["args"]
    edited = arguments | {"device": {"phoneNumber": "+351911111111"}}
    done = decide(running, type="edit", edited_action={"name": "createSession", "args": edited})
    assert results(done)[0].artifact["device"] == {"phoneNumber": "+351911111111"}


def test_a_rejection_without_a_reason_is_told_in_our_words() -> None:
    running = agent()
    running.invoke(SAID, CONFIG)
    assert decide(running, type="reject")["messages"][-1].text == "Not sent."


def test_an_edit_that_does_not_hold_is_told_without_a_pattern() -> None:
    running = agent()
    state = running.invoke(SAID, CONFIG)
    arguments = state["__interrupt__"][0].value["action_requests"][0]["args"]
    edited = arguments | {"device": {"phoneNumber": "0911 111"}}
    done = decide(running, type="edit", edited_action={"name": "createSession", "args": edited})
    assert done["messages"][-1].text == (
        "Not sent. device.phoneNumber: it should be + and a number with its country code, without "
        "spaces. Correct it, or ask the user."
    )


@pytest.mark.parametrize(
    ("confirm", "probability", "asks"),
    [("never", 0.1, False), (0.9, 0.95, False), (0.9, 0.5, True), ("always", 1.0, True)],
)
def test_when_it_asks(confirm: Confirm, probability: float, asks: bool) -> None:
    state = agent(confirm, probability=probability).invoke(SAID, CONFIG)
    assert ("__interrupt__" in state) is asks
    assert bool(results(state)) is not asks


def test_an_agent_that_is_to_wait_needs_a_place_to_go_on_from() -> None:
    for confirm in ("always", 0.9):
        with pytest.raises(SettingsError, match="InMemorySaver"):
            build_agent(plugin(), confirm=confirm)
    assert build_agent(plugin(), confirm="never").checkpointer is None
    assert build_agent(plugin(), checkpointer=True).checkpointer is True


@pytest.mark.parametrize("confirm", ["Always", "sometimes", 1.5, float("nan"), None])
def test_an_agent_that_would_ask_at_no_time_by_mistake_is_not_built(confirm: Any) -> None:
    with pytest.raises(SettingsError, match="a number from 0 to 1, and not"):
        build_agent(plugin(), confirm=confirm, checkpointer=InMemorySaver())


def test_a_sure_deletion_of_one_of_several_sessions_waits_all_the_same() -> None:
    other = {"phoneNumber": "+351911111111"}
    parts = plugin(create(PHONE), create(other), on_session("deleteSession", 0), probability=1.0)
    running = build_agent(parts, confirm=0.1, checkpointer=InMemorySaver())
    said = ["gaming on +351966666666", "gaming on +351911111111", "end the first one"]
    for text in said:
        state = running.invoke({"messages": [HumanMessage(text)]}, CONFIG)
    first, second = (item.artifact["sessionId"] for item in results(state))
    (interrupt,) = state["__interrupt__"]
    assert interrupt.value["action_requests"][0]["args"] == {"sessionId": first}
    left = f"One session at a time. Not touched: {second}."
    assert left in state["messages"][-1].text
    assert interrupt.value["action_requests"][0]["description"].endswith(left)


def test_another_model_is_asked_about_and_kept_to_the_facts() -> None:
    def call(number: str, identifier: str) -> AIMessage:
        arguments = {
            "device": {"phoneNumber": number},
            "applicationServer": {"ipv4Address": "203.0.113.100"},
            "qosProfile": "QOS_E",
            "duration": 600,
        }
        called = {"name": "createSession", "args": arguments, "id": identifier}
        return AIMessage("", tool_calls=[called])

    lying = Scripted(
        messages=iter([call("+351999999999", "1"), call("+351966666666", "2"), AIMessage("done")])
    )
    running = agent(0.5, model=lying)
    state = running.invoke(SAID, CONFIG)
    assert "__interrupt__" in state
    state = decide(running, type="approve")
    assert results(state)[0].status == "error"
    assert "neither the user wrote" in results(state)[0].text
    state = decide(running, type="approve")
    assert results(state)[1].artifact["device"] == PHONE


@pytest.mark.parametrize(
    ("args", "words"),
    [
        ({"sessionId": "7"}, "This would delete session 7."),
        ({"device": ["no"], "x": None}, "This would call deleteSession with {'device': ['no']}."),
    ],
)
def test_whoever_reviews_a_call_reads_what_it_would_do(args: dict[str, Any], words: str) -> None:
    call = {"name": "deleteSession", "args": args, "id": "1"}
    assert _described(call) == words  # type: ignore[arg-type]
    longer = {"name": "extendQosSessionDuration", "args": args, "id": "1"}
    assert str(args.get("sessionId", "no")) in _described(longer)  # type: ignore[arg-type]
