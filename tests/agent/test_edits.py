"""A human's edit of a call: what was done counts, and not what the model had written."""

from typing import Any

import pytest
from langchain.agents import create_agent
from langchain.agents.middleware import HumanInTheLoopMiddleware
from langchain_core.messages import HumanMessage, ToolMessage
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.types import Command

from camara_qod.agent.agent import build_agent
from camara_qod.agent.chat_model import ChatQod
from camara_qod.agent.conversation import Conversation
from camara_qod.agent.grounding import GroundedToolCalls
from camara_qod.agent.history import read_history
from camara_qod.tools.operation_tools import CHANGING, operation_tools

from .fakes import create, on_session, plugin

NUMBERS = ("+351966666666", "+351966666667")
CONFIG: Any = {"configurable": {"thread_id": "1"}}


def two_sessions(*then: dict[str, Any], mode: str = "batched", **options: Any) -> Any:
    """An agent that has created a session for each number."""
    script = [create({"phoneNumber": number}) for number in NUMBERS]
    model = ChatQod(plugin(*script, *then))
    review = HumanInTheLoopMiddleware(dict.fromkeys(CHANGING, True), interrupt_mode=mode, **options)
    agent = create_agent(
        model,
        operation_tools(model._ready()),
        middleware=[review, GroundedToolCalls(trusted=["203.0.113.100"])],
        checkpointer=InMemorySaver(),
    )
    for number in NUMBERS:
        say(agent, f"gaming on {number}")
        decide(agent, type="approve")
    return agent


def say(agent: Any, text: str) -> dict[str, Any]:
    return agent.invoke({"messages": [HumanMessage(text)]}, CONFIG)


def decide(agent: Any, **decision: Any) -> dict[str, Any]:
    (interrupt,) = agent.get_state(CONFIG).interrupts
    batched = "action_requests" in interrupt.value
    answer = {"decisions": [decision]} if batched else decision
    return agent.invoke(Command(resume=answer), CONFIG)


def sessions(state: dict[str, Any]) -> list[str]:
    made = [item for item in state["messages"] if isinstance(item, ToolMessage) and item.artifact]
    return [item.artifact["sessionId"] for item in made if item.name == "createSession"]


@pytest.mark.parametrize("mode", ["batched", "per_call"])
@pytest.mark.parametrize("options", [{}, {"edit_notice": None}])
def test_the_session_that_a_human_had_deleted_is_the_one_forgotten(
    mode: str, options: dict[str, Any]
) -> None:
    agent = two_sessions(on_session("deleteSession"), mode=mode, **options)
    first, second = sessions(agent.get_state(CONFIG).values)
    say(agent, f"delete {second}")
    edited = {"name": "deleteSession", "args": {"sessionId": first}}
    state = decide(agent, type="edit", edited_action=edited)
    known = read_history(state["messages"]).sessions
    assert known.listed == (second,)
    assert state["messages"][-1].text == f"Session {first} is deleted."


def test_a_length_that_a_human_put_in_is_told_without_the_note_to_the_model() -> None:
    longer = on_session("extendQosSessionDuration", requestedAdditionalDuration=1800)
    agent = two_sessions(longer)
    first, second = sessions(agent.get_state(CONFIG).values)
    say(agent, f"extend {second} by half an hour")
    arguments = {"sessionId": first, "requestedAdditionalDuration": 60}
    action = {"name": "extendQosSessionDuration", "args": arguments}
    state = decide(agent, type="edit", edited_action=action)
    assert state["messages"][-1].text.startswith(f"Session {first} with QOS_E is AVAILABLE")
    known = read_history(state["messages"]).sessions
    assert (known.listed, known.current) == ((first, second), first)


def test_a_refusal_of_an_edited_call_is_told_without_the_note() -> None:
    agent = two_sessions(on_session("deleteSession"))
    first, second = sessions(agent.get_state(CONFIG).values)
    say(agent, f"delete {second}")
    gone = "3fa85f64-5717-4562-b3fc-2c963f66afa6"
    edited = {"name": "deleteSession", "args": {"sessionId": gone}}
    state = decide(agent, type="edit", edited_action=edited)
    assert state["messages"][-1].text.startswith("The operator refused")
    assert set(read_history(state["messages"]).sessions.listed) == {first, second}


def test_an_edited_call_that_was_cut_off_is_looked_up_as_it_was_edited() -> None:
    parts = plugin(create({"phoneNumber": NUMBERS[0]}), create({"phoneNumber": NUMBERS[1]}))
    running = build_agent(parts, checkpointer=InMemorySaver())
    say(running, f"gaming on {NUMBERS[0]}")
    arguments = running.get_state(CONFIG).interrupts[0].value["action_requests"][0]["args"]
    edited = arguments | {"device": {"phoneNumber": NUMBERS[1]}}
    calls: list[dict[str, Any]] = []

    def stopped(given: dict[str, Any]) -> None:
        calls.append(given)
        raise KeyboardInterrupt

    client = parts.client
    real, client.create_session = client.create_session, stopped  # type: ignore[method-assign]
    action = {"name": "createSession", "args": edited}
    with pytest.raises(KeyboardInterrupt):
        decide(running, type="edit", edited_action=action)
    client.create_session = real  # type: ignore[method-assign]
    looked: list[Any] = []
    find = client.retrieve_sessions_by_device

    def found(body: Any) -> Any:
        looked.append(body.wire()["device"])
        return find(body)

    client.retrieve_sessions_by_device = found  # type: ignore[method-assign]
    Conversation(running, parts, "1").settle()
    assert looked == [{"phoneNumber": NUMBERS[1]}]
