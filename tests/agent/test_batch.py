"""Files of requests: every line is answered, errors stay in theirs, and a run goes on."""

import errno
import io
import json
import os
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from camara_qod.agent import batch, cli
from camara_qod.agent.batch import TOGETHER, Task, decide_all
from camara_qod.tools.errors import SettingsError, Unavailable
from camara_qod.tools.interpreter.decision import Interpretation
from camara_qod.tools.settings import QodSettings

from .fakes import ReadingDecoder, ScriptedInterpreter, create

ASKED = "gaming on +351966666666"


class Together(ScriptedInterpreter):
    """Decides several as one after the other, and counts how often it was asked."""

    asked = 0

    def interpret_many(self, conversations: Sequence[Any]) -> list[Interpretation]:
        self.asked += 1
        return [self.interpret(one) for one in conversations]


class Meeting(Together):
    """Its first chunk is not decided before the second one is on its way."""

    def __init__(self, *given: Any) -> None:
        super().__init__(*given)
        self._second, self._lock = threading.Event(), threading.Lock()

    def interpret_many(self, conversations: Sequence[Any]) -> list[Interpretation]:
        if len(conversations) < TOGETHER:
            self._second.set()
        elif not self._second.wait(10):
            raise AssertionError("only one chunk is on its way")
        with self._lock:
            return super().interpret_many(conversations)


def test_chunks_are_decided_at_once_and_written_in_order(tmp_path: Path) -> None:
    decoder = ReadingDecoder({ASKED: create({"phoneNumber": "+351966666666"})})
    meeting = Meeting(decoder, QodSettings(_env_file=None, at_once=2))
    made = run(meeting, tmp_path, *[json.dumps({"text": ASKED})] * (TOGETHER + 1))
    assert [one["line"] for one in made] == list(range(1, TOGETHER + 2))
    assert meeting.asked == 2
    assert all("decision" in one for one in made)


@pytest.fixture
def interpreter() -> Together:
    decoder = ReadingDecoder({ASKED: create({"phoneNumber": "+351966666666"})})
    return Together(decoder, QodSettings(_env_file=None, max_prompt_tokens=128))


def run(interpreter: Together, folder: Path, *lines: str) -> list[dict[str, Any]]:
    source, target = folder / "in.jsonl", folder / "out.jsonl"
    source.write_text("\n".join(lines), encoding="utf-8")
    decide_all(interpreter, Task.of(source, target), Console(file=io.StringIO()))
    made = [json.loads(line) for line in target.read_text(encoding="utf-8").splitlines()]
    return [{name: value for name, value in one.items() if name != "seconds"} for one in made]


def test_each_line_is_answered_in_its_place(interpreter: Together, tmp_path: Path) -> None:
    asked, messages = json.dumps({"text": ASKED, "id": "a"}), json.dumps({"messages": ["hello"]})
    one, two = run(interpreter, tmp_path, asked, "", messages)
    assert (one["line"], one["id"], one["sent"]) == (1, "a", False)
    assert one["body"]["device"] == {"phoneNumber": "+351966666666"}
    assert (two["line"], two["decision"]["operation"]) == (2, "decline")
    assert "id" not in two


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("no JSON", "no request"),
        ("[1]", "no request"),
        ('{"id": 1}', "It is no request: it needs text or messages."),
        ('{"txt": "gaming"}', "It is no request: it needs text or messages, and has txt."),
        ('{"text": null}', "It is no request: it needs text or messages."),
        ('{"text": 1}', "It is no request: text: it should be a valid string."),
        ('{"messages": []}', "messages"),
        ('{"messages": "gaming"}', "messages: it should be a valid array"),
        (json.dumps({"text": "word " * 200}), "tokens"),
    ],
)
def test_what_cannot_be_decided_is_an_error_in_its_line(
    interpreter: Together, tmp_path: Path, line: str, words: str
) -> None:
    good = json.dumps({"text": ASKED})
    before, wrong, after = run(interpreter, tmp_path, good, line, good)
    assert words in wrong["error"]
    assert "decision" not in wrong
    assert before["decision"] == after["decision"]


def test_a_run_that_was_interrupted_goes_on(interpreter: Together, tmp_path: Path) -> None:
    lines = [json.dumps({"text": ASKED, "id": number}) for number in range(TOGETHER + 5)]
    whole = run(interpreter, tmp_path, *lines)
    target = tmp_path / "out.jsonl"
    content = target.read_text(encoding="utf-8")
    kept = "".join(content.splitlines(keepends=True)[:-3])
    target.write_text(kept + '{"line": 19, "i', encoding="utf-8")
    before = interpreter.asked
    assert run(interpreter, tmp_path, *lines) == whole
    assert interpreter.asked == before + 1


@pytest.mark.parametrize("content", ["notes\n", '{"line": 2}\n', '{"line": 1}\n{"line": 2}\n'])
def test_a_target_that_is_something_else_stays_as_it_is(
    interpreter: Together, tmp_path: Path, content: str
) -> None:
    target = tmp_path / "out.jsonl"
    target.write_text(content)
    with pytest.raises(SettingsError, match="another"):
        run(interpreter, tmp_path, json.dumps({"text": ASKED}))
    assert target.read_text() == content


def test_files_that_cannot_be_used_are_named(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="nowhere"):
        Task.of(tmp_path / "nowhere", tmp_path / "out")
    (tmp_path / "in").write_text("{}")
    with pytest.raises(SettingsError, match="make it first"):
        Task.of(tmp_path / "in", tmp_path / "no" / "out")


def test_a_target_that_is_no_file_is_refused_before_anything_is_read(tmp_path: Path) -> None:
    folder, pipe, source = tmp_path / "out", tmp_path / "pipe", tmp_path / "nowhere.jsonl"
    folder.mkdir()
    os.mkfifo(pipe)
    for target in (folder, pipe):
        with pytest.raises(SettingsError, match=f"{target} is no regular file: name a file"):
            Task.of(source, target)
    for target in (tmp_path / ("x" * 300), tmp_path / "in" / "out"):
        (tmp_path / "in").write_text("{}")
        with pytest.raises(SettingsError, match=r"cannot be written .*: name another"):
            Task.of(source, target)


def test_a_byte_order_mark_is_none_of_the_first_line(interpreter: Together, tmp_path: Path) -> None:
    (one,) = run(interpreter, tmp_path, "\ufeff" + json.dumps({"text": ASKED}))
    assert one["decision"]["operation"] == "createSession"


class Full(io.StringIO):
    """A file on a disk that takes no more."""

    def flush(self) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    def close(self) -> None:
        self.flush()


def test_a_full_disk_is_told_with_what_to_do(
    interpreter: Together, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened = Path.open

    def full(path: Path, mode: str = "r", *given: Any, **options: Any) -> Any:
        return Full() if mode == "a" else opened(path, mode, *given, **options)

    monkeypatch.setattr(Path, "open", full)
    with pytest.raises(Unavailable) as found:
        run(interpreter, tmp_path, json.dumps({"text": ASKED}))
    assert str(found.value) == (
        f"{tmp_path / 'out.jsonl'} cannot be written (No space left on device): make room, or see "
        "to its disk. What is written stays: run it again to go on."
    )
    with pytest.raises(Unavailable, match="run it again"):  # as at the end
        run(interpreter, tmp_path)


@pytest.mark.parametrize(
    ("failed", "words"), [(1, "1 line is an error"), (3, "3 lines are errors")]
)
def test_lines_that_are_errors_are_told_with_what_to_do(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    failed: int,
    words: str,
) -> None:
    class Plugin:
        interpreter = None

        def close(self) -> None:
            pass

    monkeypatch.setenv("COLUMNS", "400")
    monkeypatch.setattr(cli, "_plugin", lambda *_, **__: Plugin())
    monkeypatch.setattr(batch, "decide_all", lambda *_: failed)
    source, target = tmp_path / "in.jsonl", tmp_path / "out.jsonl"
    source.write_text("{}")
    with pytest.raises(SystemExit) as ended:
        cli.main(["batch", str(source), str(target)])
    assert ended.value.code == 1
    assert capsys.readouterr().err.strip() == (
        f"{words}: look at `error` in {target}, mend those lines in {source}, and run it again "
        "with a new TARGET."
    )
