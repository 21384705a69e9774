"""The decision that is right for a case, and whether any decision can be it."""

import json
from collections.abc import Collection
from functools import cache
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from camara_qod.tools.faults import faults
from camara_qod.tools.interpreter import operations
from camara_qod.tools.interpreter.decision import CLARIFY
from camara_qod.training.evaluation.open_schema import ARGUMENTS


class Expected(BaseModel):
    """A complete decision."""

    model_config = ConfigDict(extra="forbid")

    operation: str
    arguments: dict[str, Any]


def fault(expected: Expected, profiles: Collection[str]) -> str | None:
    """Why no decision is ever equal to this one, or `None`.

    Args:
        expected: an operation, `clarify` or `decline`, with arguments in CAMARA's form.
        profiles: names that a decision may have.
    """
    operation, arguments = expected.operation, expected.arguments
    if operation == CLARIFY:
        return _wrong_question(arguments)
    if operation not in ARGUMENTS:
        return f"{operation} is no operation (known: {', '.join([*ARGUMENTS, CLARIFY])})"
    return unlike_the_wire(ARGUMENTS[operation], arguments) or _unknown(arguments, profiles)


def unlike_the_wire(model: type[BaseModel], value: dict[str, Any]) -> str | None:
    """Why a value is not what the API is sent, which decisions are compared in, or `None`."""
    try:
        sent: dict[str, Any] = model.model_validate(value).wire()  # type: ignore[attr-defined]
    except ValidationError as error:
        return faults(error, model)
    other = [name for name in value if value[name] != sent.get(name)]
    if not other:
        return None
    if other[0] not in sent:
        return f"{other[0]} is not how the API calls it"
    return f"{other[0]} is written {json.dumps(sent[other[0]], ensure_ascii=False)}"


def _unknown(arguments: dict[str, Any], profiles: Collection[str]) -> str | None:
    for name in ("qosProfile", "name"):
        if name in arguments and arguments[name] not in profiles:
            return f"{name}: {arguments[name]} is not in the catalogue ({', '.join(profiles)})"
    return None


def _wrong_question(arguments: dict[str, Any]) -> str | None:
    missing = arguments.get("missing")
    if list(arguments) != ["missing"] or not isinstance(missing, list) or not missing:
        return f"{CLARIFY} has one argument, missing: the list of what has to be asked"
    if any(_is_part(missing, order) for order in _orders()):
        return None
    return f"missing: {missing} is not arguments of one operation, each once and in their order"


@cache
def _orders() -> list[list[str]]:
    """The arguments of each operation."""
    schemas = [model.model_json_schema() for model in operations.ARGUMENTS.values()]
    return [list(schema.get("properties", {})) for schema in schemas]


def _is_part(names: list[Any], order: list[str]) -> bool:
    """Whether names stand in an order, others perhaps between them."""
    return [name for name in order if name in names] == names
