import pytest
from langchain_core.messages import AIMessage, HumanMessage, SystemMessage, ToolMessage

from camara_qod.agent.history import ABOUT, ASIDE, KIND, Closed, History, read_history
from camara_qod.tools.interpreter.reading.sessions import KnownSessions, SessionTimes

A, B, C = (f"3fa85f64-5717-4562-b3fc-2c963f66afa{digit}" for digit in "678")


def ours(kind: str, text: str = "…", about: str = "") -> AIMessage:
    return AIMessage(text, response_metadata={KIND: kind, ABOUT: about})


def call(name: str, **arguments) -> AIMessage:
    return AIMessage("", tool_calls=[{"name": name, "args": arguments, "id": f"id-{name}"}])


def result(name: str, text: str, **more) -> ToolMessage:
    return ToolMessage(text, name=name, tool_call_id=f"id-{name}", **more)


def test_a_question_keeps_the_request_open() -> None:
    history = read_history(
        [
            SystemMessage("be kind"),
            HumanMessage("gaming"),
            ours("clarify"),
            HumanMessage("10.0.0.1"),
        ]
    )
    assert history.turns == ("gaming", "10.0.0.1")


def test_a_request_is_settled_when_it_was_carried_out() -> None:
    history = read_history(
        [
            HumanMessage("gaming on 10.0.0.1"),
            call("createSession"),
            result("createSession", f"Session {A} with QOS_E is AVAILABLE."),
            ours("report"),
            HumanMessage("extend it"),
        ]
    )
    assert history == History(("extend it",), KnownSessions((A,), A))


def test_a_refusal_keeps_it_open_and_names_what_is_in_the_way() -> None:
    history = read_history(
        [
            HumanMessage("gaming on 10.0.0.1"),
            call("createSession"),
            result("createSession", f"409: In the way: Session {B}", status="error"),
            ours("report"),
            HumanMessage("then for 10.0.0.2"),
        ]
    )
    assert history.turns == ("gaming on 10.0.0.1", "then for 10.0.0.2")
    assert history.sessions.current == B


ASIDES = ["how is the weather?", "never mind", "lass gut sein", "ok, forget it"]


@pytest.mark.parametrize("aside", ASIDES)
def test_after_an_aside_only_the_next_turn_may_take_the_request_up(aside: str) -> None:
    request, question = HumanMessage("gaming please"), ours("clarify", about="createSession")
    said = [request, question, HumanMessage(aside), ours("decline"), HumanMessage("10.0.0.1")]
    history = read_history(said)
    assert history.turns == ("10.0.0.1",)
    assert history.closed == (Closed(("gaming please",), "createSession"),)
    later = read_history([*said, ours("decline"), HumanMessage("10.0.0.2")])
    assert later == History(("10.0.0.2",))


def test_what_was_taken_back_is_not_taken_up() -> None:
    request, question = HumanMessage("gaming please"), ours("clarify", about="createSession")
    told = AIMessage("…", response_metadata={KIND: "decline", ASIDE: "stop"})
    said = [request, question, HumanMessage("never mind"), told, HumanMessage("10.0.0.1")]
    assert read_history(said) == History(("10.0.0.1",))


def test_an_aside_after_a_refusal_or_a_rejection_leaves_nothing_to_take_up() -> None:
    refused = [
        HumanMessage("gaming on 10.0.0.1"),
        call("createSession"),
        result("createSession", "403: not allowed", status="error"),
    ]
    rejected = [
        *refused[:-1],
        result("createSession", "User rejected the tool call", status="error"),
    ]
    for before in (refused, rejected):
        history = read_history([*before, ours("report"), HumanMessage("thanks"), ours("decline")])
        assert (history.turns, history.closed) == ((), ())


def test_what_another_model_said_settles_what_was_before() -> None:
    history = read_history([HumanMessage("hello"), AIMessage("hi"), HumanMessage("so")])
    assert history.turns == ("so",)


def test_lists_and_deletions() -> None:
    listed = [
        HumanMessage("what runs on my phone?"),
        call("retrieveSessionsByDevice"),
        result("retrieveSessionsByDevice", f"Session {A} …\nSession {B} …\nSession {C} …"),
    ]
    assert read_history(listed).sessions == KnownSessions((A, B, C))
    deleted = [*listed, call("deleteSession", sessionId=B), result("deleteSession", f"{B} is gone")]
    assert read_history(deleted).sessions == KnownSessions((A, C))


def test_the_sessions_that_can_be_pointed_at() -> None:
    """Each that the API has named, once, in its order, and the one that was spoken of last."""
    listed = [
        HumanMessage("what runs on my phone?"),
        call("retrieveSessionsByDevice"),
        result("retrieveSessionsByDevice", f"Session {A} …\nSession {B} …"),
    ]
    one = [*listed, HumanMessage("how is the second?"), call("getSession", sessionId=B)]
    one.append(result("getSession", f"Session {B} …"))
    new = [*one, HumanMessage("gaming on 10.0.0.1"), call("createSession")]
    new.append(result("createSession", f"Session {C} …"))
    gone = [*new, HumanMessage("end it"), call("deleteSession", sessionId=C)]
    gone.append(result("deleteSession", f"Session {C} is deleted."))
    for messages, ids, current in [
        ([], (), None),
        (listed, (A, B), None),
        (one, (A, B), B),
        (new, (A, B, C), C),
        (gone, (A, B), None),
    ]:
        known = read_history(messages).sessions
        assert (known.ids, known.current) == (ids, current)


def test_how_long_a_session_lasts_is_known_from_the_answers() -> None:
    answer = {"sessionId": A, "duration": 600}
    created = [HumanMessage("gaming on 10.0.0.1"), call("createSession")]
    created.append(result("createSession", f"Session {A} …", artifact=answer))
    longer = [*created, call("extendQosSessionDuration", sessionId=A)]
    longer.append(
        result("extendQosSessionDuration", f"Session {A} …", artifact=answer | {"duration": 900})
    )
    assert read_history(created).sessions.times == {A: SessionTimes(600)}
    assert read_history(longer).sessions.times == {A: SessionTimes(900)}
