"""The REPL's own behaviour, with outcomes given."""

import io

from rich.console import Console

from camara_qod.agent.repl import Repl
from camara_qod.tools.errors import TransportError
from camara_qod.tools.interpreter.decision import Decision, Interpretation, Question
from camara_qod.tools.outcome import Outcome


class Plugin:
    """Asks for the device until a line has digits."""

    def __init__(self) -> None:
        self.heard: list[list[str]] = []

    def request(self, words: list[str], *, send: bool = True) -> Outcome:
        self.heard.append(list(words))
        if words[-1] == "break":
            raise TransportError("createSession did not reach the operator. Check QOD_API_ROOT.")
        questions: tuple[Question, ...] = ()
        decision = Decision("decline")
        if not any(char.isdigit() for char in words[-1]):
            questions = (Question("device", "Which device?"),)
            decision = Decision("clarify", {"missing": ["device"]})
        return Outcome(Interpretation(decision, (), questions, 1.0, decision, 0.0))


def transcript(*lines: str) -> tuple[list[str], list[list[str]]]:
    out = io.StringIO()
    plugin = Plugin()
    Repl(plugin, Console(file=out, width=200)).run(iter(lines))  # type: ignore[arg-type]
    return out.getvalue().splitlines(), plugin.heard


def test_a_question_keeps_what_was_said_and_its_answer_completes_it() -> None:
    _, heard = transcript("gaming", "10.0.0.1", "another 1")
    assert heard == [["gaming"], ["gaming", "10.0.0.1"], ["another 1"]]


def test_new_forgets_and_quit_ends() -> None:
    said, heard = transcript("gaming", "/new", "again", "/quit", "never")
    assert heard == [["gaming"], ["again"]]
    assert said == ["Which device?", "A new conversation.", "Which device?"]


def test_an_error_is_shown_and_loses_nothing() -> None:
    said, heard = transcript("gaming", "break", "10.0.0.1")
    assert said[1] == "createSession did not reach the operator. Check QOD_API_ROOT."
    assert heard[2] == ["gaming", "10.0.0.1"]


def test_commands_without_a_request() -> None:
    said, heard = transcript("/json", "/nope", "", "  ")
    assert said == ["Nothing has been asked yet.", "There is no command /nope; /help lists them."]
    assert heard == []
