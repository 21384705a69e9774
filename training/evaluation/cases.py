"""Evaluation cases: what people wrote, and the decision that is right for it."""

from collections.abc import Collection
from copy import deepcopy
from pathlib import Path

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError

from camara_qod.tools.catalogue import Catalogue, Need, load_catalogue
from camara_qod.tools.errors import SettingsError
from camara_qod.tools.faults import faults
from camara_qod.tools.interpreter.context import Context, read
from camara_qod.tools.interpreter.decision import CLARIFY
from camara_qod.tools.interpreter.operations import SessionReference
from camara_qod.tools.interpreter.reading.sessions import KnownSessions
from camara_qod.tools.settings import QodSettings
from camara_qod.training.evaluation.expected import Expected, fault, unlike_the_wire


class Case(BaseModel):
    """One conversation: the user's turns, oldest first, and what should become of it.

    `now` is the time that times of day are reckoned from, `language` a code such as `de`.
    `sessions` are ids that the API has named before the newest turn, `current` the last one spoken
    of.
    """

    model_config = ConfigDict(extra="ignore")

    id: str
    messages: list[str] = Field(min_length=1)
    expected: Expected
    tag: str = "untagged"
    now: AwareDatetime | None = None
    language: str | None = None
    sessions: list[str] = []
    current: str | None = None

    def context(self, catalogue: Catalogue, settings: QodSettings) -> Context:
        """The conversation as the interpreter meets it, under a catalogue and settings."""
        known = KnownSessions(tuple(self.sessions), self.current)
        return read(self.messages, catalogue, settings, known, self.now)


def read_cases(path: Path, catalogue: Catalogue | None = None) -> list[Case]:
    """The cases of a file, one JSON object a line.

    A case that no decision can be right for would lower every figure in silence.

    Args:
        path: the file.
        catalogue: whose profile names may be expected beside those of the four needs; by default
            the demo operator's.

    Raises:
        SettingsError: the file cannot be read, is empty, or a line has not that form, has an id
            that another one has, or expects what no decision can be; the message names the line.
    """
    try:
        # Only line feeds end a line: texts may hold what else Unicode takes for an end.
        lines = path.read_text(encoding="utf-8-sig").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is not UTF-8 text"
        raise SettingsError(f"{path} cannot be read ({reason}): check the path.") from error
    cases = {
        number: _case(f"{path}, line {number}", line)
        for number, line in enumerate(lines, 1)
        if line.strip()
    }
    if not cases:
        raise SettingsError(f"{path} has no cases: write one JSON object a line.")
    _check_ids(path, cases)
    profiles = dict.fromkeys([*Need, *(catalogue or load_catalogue()).names])
    for number, case in cases.items():
        _check(f"{path}, line {number}", case, profiles)
    return list(cases.values())


def _check_ids(path: Path, cases: dict[int, Case]) -> None:
    first: dict[str, int] = {}
    for number, case in cases.items():
        before = first.setdefault(case.id, number)
        if before != number:
            raise SettingsError(
                f"{path}, line {number} has the id {case.id}, which line {before} has too: give "
                "each case an id of its own."
            )


def _check(where: str, case: Case, profiles: Collection[str]) -> None:
    known = [item for item in (*case.sessions, case.current) if item is not None]
    wrong = [
        text for item in known if (text := unlike_the_wire(SessionReference, {"sessionId": item}))
    ]
    reason = fault(case.expected, profiles)
    if wrong:
        raise SettingsError(f"{where} has a session that is none ({wrong[0]}): correct the line.")
    if reason:
        raise SettingsError(
            f"{where} expects what no decision can be ({reason}): correct or remove the line."
        )


def _case(where: str, line: str) -> Case:
    try:
        return Case.model_validate_json(line)
    except ValidationError as error:
        reason = faults(error, Case)
        raise SettingsError(
            f"{where} is not a case ({reason}): it needs id, messages, expected "
            "(operation and arguments) and tag."
        ) from error


def under(catalogue: Catalogue, case: Case) -> Case:
    """A case of the demo catalogue as it would be with another operator's.

    Profile names, in what was written and in what is expected, become those of the profiles that
    serve the same need; a need that nobody serves has to be asked about.
    """
    messages = [_renamed(text, catalogue) for text in case.messages]
    expected = deepcopy(case.expected)
    for argument in ("qosProfile", "name"):
        if argument in expected.arguments:
            need = expected.arguments[argument]
            if need not in set(Need):
                continue  # the operator's own name
            name = _name(catalogue, Need(need), expected.arguments.get("duration"))
            if name is None:
                expected = Expected(operation=CLARIFY, arguments={"missing": [argument]})
            else:
                expected.arguments[argument] = name
    return case.model_copy(update={"messages": messages, "expected": expected})


def _renamed(text: str, catalogue: Catalogue) -> str:
    for need in Need:
        text = text.replace(need.value, _name(catalogue, need) or need.value)
    return text


def _name(catalogue: Catalogue, need: Need, duration: int | None = None) -> str | None:
    serving = catalogue.needs.get(need, [])
    allowing = [item for item in serving if duration is None or item.allows(duration)]
    return next((item.name for item in [*allowing, *serving]), None)
