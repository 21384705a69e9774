"""`qod batch`: thousands of requests decided, a line each, and none sent."""

import json
import stat
from collections import deque
from collections.abc import Generator, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Annotated, Any, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from camara_qod.tools.errors import QodError, SettingsError, Unavailable
from camara_qod.tools.faults import faults
from camara_qod.tools.interpreter.interpreter import Interpreter
from camara_qod.tools.operations import dry_run

#: So many are decided together; what is lost where the process ends is that for each core.
TOGETHER = 16
_STAYS = "What is written stays: run it again to go on."


class Line(BaseModel):
    """One line of the input: one turn as `text` or several `messages`, with an `id` if any."""

    model_config = ConfigDict(extra="allow")

    id: str | int | None = None
    text: str | None = None
    messages: Annotated[list[str], Field(min_length=1)] | None = None

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if self.text is None and self.messages is None:
            others = ", ".join(self.model_extra or ())
            there = f", and has {others}" if others else ""
            raise ValueError(f"it needs text or messages{there}")
        return self

    @property
    def turns(self) -> list[str]:
        """What was said, oldest first."""
        return self.messages if self.messages is not None else [self.text or ""]


@dataclass(frozen=True)
class Task:
    """What is to be decided.

    Attributes:
        lines: of the source.
        target: gets a line for each.
        done: how many lines it has already, of an earlier run.
        failed: how many of those are errors.
    """

    lines: Sequence[str]
    target: Path
    done: int
    failed: int

    @classmethod
    def of(cls, source: Path, target: Path) -> Self:
        """Read both files, before a model is loaded for them.

        Args:
            source: one JSON object a line: `{"text": "…"}` or `{"messages": ["…"]}`, with an `id`
                if it has one. Empty lines do not count.
            target: as `qod ask --json` prints an outcome, with `line` and `id` before it.

        Raises:
            SettingsError: a file cannot be read or written, or the target is not of this source.
        """
        there = _is_file(target)
        lines = _read(source)
        if not target.parent.is_dir():
            raise SettingsError(
                f"There is no folder {target.parent} for {target.name}: make it first."
            )
        return cls(lines, target, *(_kept(target, len(lines)) if there else (0, 0)))


def decide_all(interpreter: Interpreter, task: Task, console: Console) -> int:
    """Decide every line of a file, and write what came of it to another.

    Lines that the target has already are passed over, so that a run which was interrupted goes on.
    What cannot be decided is an `error` in its own line.

    Args:
        interpreter: decides.
        task: what.
        console: where the progress is shown.

    Returns:
        How many lines of the target are errors.

    Raises:
        SettingsError: the target cannot be written.
        Unavailable: it takes no more; what is written stays.
    """
    failed = task.failed
    numbered = islice(enumerate(task.lines, 1), task.done, None)
    with _Written(task.target) as written, _progress(console) as progress:
        shown = progress.add_task("deciding", total=len(task.lines), completed=task.done)
        with closing(_decided_at_once(interpreter, numbered)) as chunks:
            for records in chunks:
                written.add(records)
                failed += sum(map(is_error, records))
                progress.advance(shown, len(records))
    return failed


def _decided_at_once(
    interpreter: Interpreter, numbered: Iterator[tuple[int, str]]
) -> Generator[list[dict[str, Any]]]:
    """What came of the lines, in their order; `settings.at_once` chunks are on their way."""
    at_once = interpreter.settings.at_once
    waiting: deque[Future[list[dict[str, Any]]]] = deque()
    pool = ThreadPoolExecutor(at_once)
    try:
        while chunk := list(islice(numbered, TOGETHER)):
            waiting.append(pool.submit(decided, interpreter, chunk))
            if len(waiting) > at_once:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
    finally:
        pool.shutdown(cancel_futures=True)


def decided(
    interpreter: Interpreter, chunk: Sequence[tuple[int, str | bytes]]
) -> list[dict[str, Any]]:
    """What the target gets for some lines of the source, in their order.

    Args:
        interpreter: decides.
        chunk: lines with their numbers; what cannot be decided is an `error` in its own record.
    """
    heads: list[dict[str, Any]] = []
    asked: list[tuple[dict[str, Any], list[str]]] = []
    for number, text in chunk:
        head: dict[str, Any] = {"line": number}
        heads.append(head)
        try:
            line = Line.model_validate_json(text)
        except ValidationError as error:
            head["error"] = f"It is no request: {faults(error, Line)}."
        else:
            head |= {} if line.id is None else {"id": line.id}
            asked.append((head, line.turns))
    _decide(interpreter, asked)
    return heads


def to_line(record: dict[str, Any]) -> str:
    """A record as a line of the target."""
    return json.dumps(record, ensure_ascii=False) + "\n"


def is_error(record: dict[str, Any]) -> bool:
    """Whether nothing was decided."""
    return "decision" not in record


def _decide(interpreter: Interpreter, asked: list[tuple[dict[str, Any], list[str]]]) -> None:
    """Put into each record what was decided, or why nothing was."""
    try:
        made = interpreter.interpret_many([messages for _, messages in asked])
    except QodError as error:
        if len(asked) == 1:
            asked[0][0]["error"] = str(error)
        else:  # one of them spoils the others
            for one in asked:
                _decide(interpreter, [one])
    else:
        for (head, _), interpretation in zip(asked, made, strict=True):
            head |= dry_run(interpretation).to_dict()


def _read(source: Path) -> list[str]:
    """The lines of the source; a byte order mark, which some editors write first, is none of it."""
    try:
        text = source.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is not UTF-8 text"
        raise SettingsError(f"{source} cannot be read ({reason}): check the path.") from error
    return [line for line in text.split("\n") if line.strip()]


def _is_file(target: Path) -> bool:
    """Whether the target is there; a folder, a device or a pipe keeps no lines to go on from."""
    with _usable(target), suppress(FileNotFoundError):
        if not stat.S_ISREG(target.stat().st_mode):
            raise SettingsError(f"{target} is no regular file: name a file for the decisions.")
        return True
    return False


def _kept(target: Path, most: int) -> tuple[int, int]:
    """How many lines the target has, and how many of them are errors; half a line is cut off."""
    with _usable(target):
        content = target.read_bytes()
    whole = content[: content.rfind(b"\n") + 1]
    try:
        records = [json.loads(line) for line in whole.splitlines()]
        sound = [one["line"] for one in records] == list(range(1, len(records) + 1))
    except (ValueError, KeyError, TypeError):
        sound = False
    if not sound or len(records) > most:
        raise SettingsError(
            f"{target} is there and is not what an earlier run made of this input: name another "
            "file, or remove it."
        )
    with _usable(target), target.open("r+b") as file:
        file.truncate(len(whole))
    return len(records), sum(map(is_error, records))


class _Written:
    """The target, open for more lines.

    Args:
        target: its path.

    Raises:
        SettingsError: it cannot be written.
    """

    def __init__(self, target: Path) -> None:
        self._target = target
        with _usable(target):
            self._file = target.open("a", encoding="utf-8")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        with writing(self._target, _STAYS):
            self._file.close()

    def add(self, records: list[dict[str, Any]]) -> None:
        """Write some records, down to the file.

        Raises:
            Unavailable: it takes no more.
        """
        with writing(self._target, _STAYS):
            self._file.writelines(map(to_line, records))
            self._file.flush()


@contextmanager
def writing(target: Path, after: str) -> Iterator[None]:
    """A disk that is full is told in a sentence.

    Args:
        target: what is written.
        after: what to do once there is room.

    Raises:
        Unavailable: it cannot be written.
    """
    try:
        yield
    except OSError as error:
        raise Unavailable(
            f"{target} cannot be written ({error.strerror or error}): make room, or see to its "
            f"disk. {after}"
        ) from error


@contextmanager
def _usable(target: Path) -> Iterator[None]:
    """A target that cannot be looked at or opened is told in a sentence."""
    try:
        yield
    except OSError as error:
        raise SettingsError(
            f"{target} cannot be written ({error.strerror}): name another file."
        ) from error


def _progress(console: Console) -> Progress:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    return Progress(*columns, TimeRemainingColumn(), console=console)
