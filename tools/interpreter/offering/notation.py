"""The answer as the model writes it: a line of words, as a JSON string.

    "create device A server B need gaming duration C"

A word for each operation and argument, a label, a need or a mark for each value. In most
vocabularies each is one token, and tokens are what a decision costs: CAMARA's names, quotes and
brackets would be twice as many. What can only be left out is not written.
"""

import json
from collections.abc import Iterator

from camara_qod.tools.interpreter.decision import DECLINE, Decision
from camara_qod.tools.interpreter.operations import (
    CREATE,
    DELETE,
    EXTEND,
    GET,
    GET_PROFILE,
    LIST,
    LIST_PROFILES,
)

#: What stands for a value that was not said.
NOTHING = "-"
#: The only argument of an answer that declines: what the turn is instead.
KIND = "kind"
#: By operationId.
OPERATIONS = {
    CREATE: "create",
    GET: "get",
    DELETE: "delete",
    EXTEND: "extend",
    LIST: "list",
    LIST_PROFILES: "profiles",
    GET_PROFILE: "profile",
    DECLINE: "decline",
}
#: By name on the wire.
ARGUMENTS = {
    "device": "device",
    "applicationServer": "server",
    "devicePorts": "devicePorts",
    "applicationServerPorts": "serverPorts",
    "qosProfile": "need",
    "duration": "duration",
    "sink": "sink",
    "sessionId": "session",
    "requestedAdditionalDuration": "more",
    "name": "need",
}
_OPERATION_OF = {word: operation for operation, word in OPERATIONS.items()}
_ARGUMENT_OF = {word: name for name, word in ARGUMENTS.items() if name != "name"}


def write(answer: Decision) -> str:
    """An answer in labels as the model writes it."""
    words = [OPERATIONS[answer.operation]]
    for name, value in answer.arguments.items():
        words += words_of(name, NOTHING if value is None else value)
    return json.dumps(" ".join(words))


def words_of(name: str, value: str) -> list[str]:
    """An argument with its value; what an aside is needs no name."""
    return [value] if name == KIND else [ARGUMENTS[name], value]


def read(text: str) -> Decision:
    """An answer in labels out of what the model wrote.

    Raises:
        ValueError: it is no such line.
        KeyError: it has a word that is none.
    """
    first, *words = _line(text).split(" ")
    operation = _OPERATION_OF[first]
    if operation == DECLINE:
        (kind,) = words
        return Decision(operation, {KIND: kind})
    values = (None if value == NOTHING else value for value in words[1::2])
    names = (_argument(operation, word) for word in words[::2])
    return Decision(operation, dict(zip(names, values, strict=True)))


def places(text: str) -> Iterator[tuple[int, str]]:
    """Where each argument begins in what the model wrote, and its name on the wire.

    The space before a name still belongs to what stands before it: whether that has ended or goes
    on is decided there.

    Args:
        text: one that `read` can read.
    """
    operation, at = read(text).operation, text.find(" ")
    if operation == DECLINE:
        yield at, KIND
        return
    for number, word in enumerate(_line(text).split(" ")[1:]):
        if number % 2 == 0:
            yield at + 1, _argument(operation, word)
        at += len(word) + 1


def _argument(operation: str, word: str) -> str:
    name = _ARGUMENT_OF[word]
    return "name" if operation == GET_PROFILE and name == "qosProfile" else name


def _line(text: str) -> str:
    line = json.loads(text)
    if not isinstance(line, str):
        raise ValueError(f"{text[:80]} is no line of words")
    return line
