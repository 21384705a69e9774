"""What a decode schema allows, told in words to a model that no grammar holds."""

import json
from collections.abc import Iterator
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
    Left out are null, which is always legal to write, and the four needs, which the model knows.
    """
    offered: dict[str, list[Any]] = {}
    for name, values in _enums(schema_for(context)):
        seen = offered.setdefault(_SAME_AS.get(name, name), [])
        seen += [value for value in values if value is not None and value not in seen]
    return [
        f"{json.dumps(name)}:{json.dumps(value, separators=(',', ':'), ensure_ascii=False)}"
        for name, values in offered.items()
        if values != _NEEDS
        for value in values[:MOST]
    ]


def _enums(schema: dict[str, Any]) -> Iterator[tuple[str, list[Any]]]:
    for variant in schema["anyOf"]:
        for name, value in variant["properties"]["arguments"]["properties"].items():
            yield name, value.get("enum", [])
