"""What a decode schema allows, told in words to a model that no grammar holds."""

import json
from itertools import chain
from typing import Any

from camara_qod.tools.catalogue import Need
from camara_qod.tools.interpreter.context import Context
from camara_qod.tools.interpreter.operation import schema_for

#: Of one argument; a long list would take longer to read than the request.
MOST = 8
#: Arguments that have the values of another one.
_SAME_AS = {"requestedAdditionalDuration": "duration", "name": "qosProfile"}
_NEEDS = [need.value for need in Need]


def choices(context: Context) -> list[str]:
    """The values that the conversation's schema offers, as `"argument":value`, each as decided.

    They are normalised (seconds, E.164, wire form), so that what is left is to choose and to copy.
    The four needs are left out, since the model knows them.
    """
    return [
        f"{json.dumps(name)}:{json.dumps(value, separators=(',', ':'), ensure_ascii=False)}"
        for name, operations in _offered(schema_for(context)).items()
        for value in _told(list(operations.values()))
    ]


def _offered(schema: dict[str, Any]) -> dict[str, dict[str, list[Any]]]:
    """Argument → operation → values, over all variants of the schema."""
    offered: dict[str, dict[str, list[Any]]] = {}
    for variant in schema["anyOf"]:
        operation = variant["properties"]["operation"]["const"]
        for name, value in variant["properties"]["arguments"]["properties"].items():
            operations = offered.setdefault(_SAME_AS.get(name, name), {})
            operations.setdefault(operation, []).extend(value.get("enum", []))
    return offered


def _told(operations: list[list[Any]]) -> list[Any]:
    """An argument's values, and null at the end where every operation that has it may leave it."""
    values: list[Any] = []
    for value in chain.from_iterable(operations):
        if value is not None and value not in values:
            values.append(value)
    if values == _NEEDS:
        return []
    left = all(None in offered for offered in operations)
    return [*values[:MOST], None] if left else values[:MOST]
