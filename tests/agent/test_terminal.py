"""Where lines come from, and a history that cannot be kept."""

import errno
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from prompt_toolkit.application import create_app_session
from prompt_toolkit.history import FileHistory
from prompt_toolkit.input import create_pipe_input
from prompt_toolkit.output import DummyOutput

from camara_qod.agent.terminal import Keyboard, lines


@pytest.fixture
def typed() -> Iterator[Any]:
    """A keyboard of the test's own."""
    with create_pipe_input() as keys, create_app_session(input=keys, output=DummyOutput()):
        yield keys


def read(keyboard: Keyboard, keys: Any, *texts: str) -> list[str | None]:
    found = []
    for text in texts:
        keys.send_text(f"{text}\r")
        found.append(keyboard.read("> "))
    return found


def test_what_is_typed_is_kept_for_the_next_time(typed: Any, tmp_path: Path) -> None:
    file = tmp_path / "kept" / "history"
    assert read(Keyboard([], file, str), typed, "gaming") == ["gaming"]
    assert "+gaming" in file.read_text()
    assert file.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("place", ["folder", "file/history"])
def test_a_history_that_cannot_be_opened_is_told_of_once_and_the_prompt_goes_on(
    typed: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str], place: str
) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "file").write_text("")
    keyboard = Keyboard([], tmp_path / place, str)
    assert read(keyboard, typed, "one", "two") == ["one", "two"]
    told = " ".join(capsys.readouterr().err.split())
    assert told.count("What you type is not kept for the next time") == 1
    assert "set QOD_CACHE_DIR to another folder" in told


def test_a_disk_that_gets_full_is_told_of_once_and_the_prompt_goes_on(
    typed: Any,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def full(*_: Any) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(FileHistory, "store_string", full)
    keyboard = Keyboard([], tmp_path / "history", str)
    assert read(keyboard, typed, "one", "two", "three") == ["one", "two", "three"]
    told = " ".join(capsys.readouterr().err.split())
    assert told.count("No space left on device") == 1


def test_a_closed_standard_input_has_no_lines(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdin", None)
    assert lines([], tmp_path / "history", str, "xterm").read("> ") is None
