from langchain_core.messages import AIMessage, HumanMessage, SystemMessage, ToolMessage

from camara_qod.agent.history import KIND, History, read_history
from camara_qod.tools.interpreter.reading.sessions import KnownSessions

A, B, C = (f"3fa85f64-5717-4562-b3fc-2c963f66afa{digit}" for digit in "678")


def ours(kind: str, text: str = "…") -> AIMessage:
    return AIMessage(text, response_metadata={KIND: kind})


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


def test_an_aside_is_forgotten_and_a_withdrawal_drops_the_request() -> None:
    request, question = HumanMessage("gaming please"), ours("clarify")
    aside = [request, question, HumanMessage("how is the weather?"), ours("decline")]
    assert read_history(aside).turns == ("gaming please",)
    withdrawn = [request, question, HumanMessage("never mind"), ours("decline")]
    assert read_history(withdrawn).turns == ()


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


def test_which_session_is_meant() -> None:
    several = KnownSessions((A, B, C))
    for text, expected in {
        "cancel the second one": B,
        "extend the last": C,
        "stop number 3": C,
        "delete #1 please": A,
        "the fifth one": None,
        "cancel it": None,
        "for the first half an hour": None,
    }.items():
        assert several.meant(text) == expected, text
    spoken_of = KnownSessions((A, B), B)
    assert spoken_of.meant("extend it by an hour") == B
    assert spoken_of.meant("and the other one too") == A
    assert KnownSessions((A,)).meant("stop it") == A
    assert KnownSessions().meant("stop it") is None
