"""The tool for words in an agent of another model: what it knows of the conversation."""

from typing import Any

import pytest
from langchain.agents import create_agent
from langchain_core.language_models.fake_chat_models import GenericFakeChatModel
from langchain_core.messages import AIMessage, HumanMessage, ToolMessage
from langchain_core.tools import tool

from camara_qod.tools.qod_tool import QodTool

from ..agent.fakes import create, declined, on_session, plugin

PHONE = {"phoneNumber": "+351966666666"}
OTHER = {"phoneNumber": "+351911111111"}
LONGER = on_session("extendQosSessionDuration", requestedAdditionalDuration=600)
GAMING = "gaming on +351966666666"
NUMBER = "+351966666666"


class Scripted(GenericFakeChatModel):
    def bind_tools(self, tools: Any, **_: Any) -> "Scripted":
        return self


@tool
def contacts(name: str) -> str:
    """Look a number up."""
    return f"{name}: +351 911 111 111"


@tool
def note(text: str) -> str:
    """Note something down."""
    return f"noted: {text}"


class Talk:
    """An agent whose outer model calls what each turn of a test says."""

    def __init__(self, *decisions: dict[str, Any], probability: float = 1.0) -> None:
        self.plugin = plugin(*decisions, probability=probability)
        self.tools = [QodTool(self.plugin), contacts, note]
        self.messages: list[Any] = []

    def say(self, text: str, *calls: tuple[str, dict[str, Any]] | str) -> ToolMessage:
        """A turn of the human's, and the calls that the outer model makes of it."""
        script = []
        for call in calls or (text,):
            name, args = ("quality_on_demand", {"request": call}) if isinstance(call, str) else call
            made = {"name": name, "args": args, "id": f"{len(self.messages)}-{len(script)}"}
            script.append(AIMessage("", tool_calls=[made]))
        model = Scripted(messages=iter([*script, AIMessage("done")]))
        agent = create_agent(model, tools=self.tools)
        state = agent.invoke({"messages": [*self.messages, HumanMessage(text)]})
        self.messages = state["messages"]
        return [item for item in self.messages if isinstance(item, ToolMessage)][-1]

    @property
    def read(self) -> list[str]:
        """What the model was given, decision by decision."""
        return self.plugin.interpreter._decoder.prompts


def test_its_own_session_is_the_one_spoken_of() -> None:
    talk = Talk(create(PHONE), LONGER, on_session("deleteSession"))
    session = talk.say(GAMING).artifact["answer"]["sessionId"]
    longer = talk.say("10 minutes longer please")
    assert longer.artifact["answer"]["sessionId"] == session
    assert longer.artifact["answer"]["duration"] == 4200
    gone = talk.say("cancel it")
    assert gone.content.startswith(f"Session {session} is deleted.")
    assert talk.read == [GAMING, "10 minutes longer please", "cancel it"]


def test_a_session_in_the_way_is_known() -> None:
    talk = Talk(create(PHONE), create(PHONE), LONGER)
    session = talk.say(GAMING).artifact["answer"]["sessionId"]
    assert talk.say("again, " + GAMING).artifact["error"]["status"] == 409
    assert talk.say("then 10 minutes longer").artifact["answer"]["sessionId"] == session


def test_a_deleted_session_is_not_on_offer() -> None:
    talk = Talk(create(PHONE), on_session("deleteSession"), LONGER)
    talk.say(GAMING)
    talk.say("cancel it")
    assert talk.say("10 minutes longer").artifact["decision"]["operation"] == "clarify"


def test_a_question_is_answered_by_the_next_turn() -> None:
    talk = Talk(create(), create(PHONE))
    assert talk.say("gaming please").content.startswith("Which device?")
    assert talk.say("+351966666666").artifact["sent"]
    assert talk.read[-1] == "gaming please\n+351966666666"


@pytest.mark.parametrize(
    ("kind", "read"), [("thanks", f"gaming please\n{NUMBER}"), ("stop", NUMBER)]
)
def test_an_aside_leaves_a_request_open_and_never_mind_takes_it_back(kind: str, read: str) -> None:
    talk = Talk(create(None), declined(kind), create(PHONE))
    talk.say("gaming please")
    assert talk.say("well, well").artifact["aside"] == kind
    talk.say(NUMBER)
    assert talk.read[-1] == read


def test_a_turn_that_was_carried_out_is_not_carried_out_again() -> None:
    talk = Talk(create(PHONE), LONGER)
    session = talk.say(GAMING).artifact["answer"]["sessionId"]
    again = talk.say("10 minutes longer", "10 minutes longer", "extend it by ten minutes")
    assert again.content.startswith("Nothing was sent")
    assert again.artifact["sent"] is False
    assert talk.plugin.client.get_session(session).duration == 4200


def test_a_number_that_a_tool_returned_fills_what_the_human_left_open() -> None:
    talk = Talk(create(), create(OTHER))
    found = ("contacts", {"name": "Maria"})
    result = talk.say("gaming on Maria's phone", found, "gaming on +351 911 111 111")
    assert result.artifact["body"]["device"] == OTHER
    assert "Only +351911111111 was taken from it" in result.content
    assert talk.read[-1] == "gaming on Maria's phone\n+351911111111"


@pytest.mark.parametrize(
    "before",
    [
        [],
        [("note", {"text": "+351 911 111 111"})],
        [("note_351911111111", {})],
        [("contacts", {"name": "+351911111111"})],
    ],
)
def test_a_number_that_the_outer_model_made_up_does_not(before: list[Any]) -> None:
    talk = Talk(create(), create(OTHER))
    result = talk.say("gaming on Maria's phone", *before, "gaming on +351911111111")
    assert result.content.startswith("Which device?")
    assert talk.read == ["gaming on Maria's phone"]


def test_the_human_goes_before_what_a_tool_returned() -> None:
    talk = Talk(create(PHONE))
    result = talk.say(GAMING, ("contacts", {"name": "Maria"}), "gaming on +351911111111")
    assert result.artifact["body"]["device"] == PHONE


def test_it_says_where_the_request_was_not_used() -> None:
    talk = Talk(create(PHONE), create(OTHER))
    other = talk.say(GAMING, "gaming on +351911111111 for ten hours")
    assert "`request` was not used" in other.content
    assert other.artifact["read"] == [GAMING]
    assert "not used" not in talk.say("gaming on +351911111111").content


def test_a_change_that_waits_is_sent_by_the_next_yes_alone() -> None:
    talk = Talk(create(PHONE), create(PHONE), probability=0.5)
    held = talk.say(GAMING, GAMING, "yes")
    assert held.artifact["proposal"]["operation"] == "createSession"
    assert held.artifact["sent"] is False
    sent = talk.say("yes please")
    assert sent.artifact["sent"]
    assert sent.artifact["answer"]["qosStatus"] == "AVAILABLE"


def test_a_change_that_is_declined_is_closed() -> None:
    talk = Talk(create(PHONE), create(), probability=0.5)
    talk.say(GAMING)
    no = talk.say("no thanks")
    assert (no.content, no.artifact["sent"]) == ("Not sent.", False)
    talk.say("a film then")
    assert talk.read[-1] == "a film then"


@pytest.mark.parametrize("words", ["no", "wait, leave it running, I only want its state"])
def test_a_deletion_that_was_answered_is_proposed_no_more(words: str) -> None:
    talk = Talk(create(PHONE), *[on_session("deleteSession")] * 3, probability=0.98)
    talk.say(GAMING)
    assert talk.say("kill it").artifact["proposal"]["operation"] == "deleteSession"
    talk.say(words)
    again = talk.say("and now?")
    assert again.artifact["decision"]["operation"] == "clarify"
    assert again.artifact["proposal"] is None
    assert "was asked about already, and stays as it is" in again.content


def two_sessions(*decisions: dict[str, Any]) -> tuple[Talk, str, str]:
    """An agent that has created two sessions, and their ids."""
    talk = Talk(create(PHONE), create(OTHER), *decisions)
    made = [talk.say(GAMING), talk.say("gaming on +351911111111")]
    first, second = (item.artifact["answer"]["sessionId"] for item in made)
    return talk, first, second


def test_a_deletion_among_several_sessions_waits_for_a_yes() -> None:
    talk, first, second = two_sessions(on_session("deleteSession", 0))
    held = talk.say("cancel everything")
    assert held.artifact["sent"] is False
    assert held.artifact["proposal"]["arguments"] == {"sessionId": first}
    assert held.artifact["proposal"]["doubts"] == [f"One session at a time. Not touched: {second}."]
    assert talk.say("yes").content.startswith(f"Session {first} is deleted.")
    assert talk.plugin.client.get_session(second)


def test_a_deletion_that_points_at_none_of_several_sessions_asks() -> None:
    talk, _, _ = two_sessions(on_session("deleteSession", None))
    which = talk.say("cancel everything")
    assert which.content.startswith("Which session? Say which of the 2, or give its id.")
    assert which.artifact["proposal"] is None


def test_the_sessions_of_a_named_device_are_the_choice() -> None:
    talk, first, second = two_sessions(on_session("deleteSession", None))
    which = talk.say(f"stop boosting {OTHER['phoneNumber']}")
    assert which.content == f"Which session? Known for {OTHER['phoneNumber']}: {second}."
    assert first not in which.content


def test_what_was_assumed_is_named_with_its_reason() -> None:
    address = "192.168.1.50"
    device = {"ipv4Address": {"publicAddress": address, "privateAddress": address}}
    content = Talk(create(device)).say(f"gaming on {address}").content
    assert "Not stated: applicationServer (the configured default server)" in content
    assert "Assumed: device (its own address (no NAT), as no port was given)." in content


def test_a_summary_that_a_model_wrote_is_no_word_of_the_humans() -> None:
    talk = Talk(create())
    summary = {"lc_source": "summarization"}
    talk.messages = [HumanMessage("The phone is +351911111111.", additional_kwargs=summary)]
    talk.say("gaming please", "gaming on +351911111111")
    assert talk.read == ["gaming please"]


async def test_asynchronously_too() -> None:
    agent_tool = QodTool(plugin(create(PHONE), LONGER))
    said: list[Any] = []
    for number, text in enumerate((GAMING, "10 minutes longer")):
        said.append(HumanMessage(text))
        call = {"name": "quality_on_demand", "id": str(number), "type": "tool_call"}
        said.append(await agent_tool.ainvoke(call | {"args": {"request": "…", "messages": said}}))
    assert said[1].artifact["answer"]["sessionId"] == said[3].artifact["answer"]["sessionId"]
