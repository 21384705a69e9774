"""The decisions that the specification allows, whatever the text says: a schema without grounding.

It is what a deployer would write who constrains a model to the API and no further.
"""

from typing import Any

from pydantic import BaseModel

from camara_qod.tools.catalogue import Need
from camara_qod.tools.interpreter import operations
from camara_qod.tools.interpreter.decision import DECLINE

#: Each operation with the model of its arguments.
ARGUMENTS: dict[str, type[BaseModel]] = {
    **operations.ARGUMENTS,
    DECLINE: operations.NoArguments,
}
#: Arguments that a decision leaves out where nothing was said about them.
_OPTIONAL = ("devicePorts", "applicationServerPorts", "sink")
_NEEDS = {"enum": [*(need.value for need in Need), None]}
#: Texts whose form the models check in validators, which JSON Schema does not show.
_TEXTS = {
    "sessionId": "^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$",
    "networkAccessIdentifier": "^[A-Za-z0-9@._-]{1,64}$",
    "sink": "^https://[A-Za-z0-9._~:/?#@!$&'()*+,;=%-]{1,200}$",
}
#: The specification bounds no list, and a model that has not learned to end one never does.
_MOST_ITEMS = 8
_ADDRESS = "^[0-9A-Fa-f:./]{2,49}$"


def _schema() -> dict[str, Any]:
    definitions: dict[str, Any] = {}
    variants = []
    for operation, model in ARGUMENTS.items():
        schema = model.model_json_schema(by_alias=True)
        definitions |= schema.pop("$defs", {})
        properties = {"operation": {"const": operation}, "arguments": _arguments(schema)}
        variants.append(_object(properties, list(properties)))
    definitions.pop("AccessTokenCredential")
    return {
        "x-guidance": {"whitespace_flexible": False},
        "$defs": {name: _plain(name, value) for name, value in definitions.items()},
        "anyOf": variants,
    }


def _object(properties: dict[str, Any], required: list[str]) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": properties,
        "required": required,
        "additionalProperties": False,
    }


def _arguments(schema: dict[str, Any]) -> dict[str, Any]:
    """The arguments of one operation; each may be null, for "the user did not say"."""
    properties = {
        name: _NEEDS
        if name in ("qosProfile", "name")
        else {"anyOf": [_plain(name, value), {"type": "null"}]}
        for name, value in schema.get("properties", {}).items()
        if name != "sinkCredential"
    }
    return _object(properties, [name for name in properties if name not in _OPTIONAL])


def _plain(name: str, schema: Any) -> Any:
    """A property without annotations and null inside of values, with bounded texts and lists."""
    if not isinstance(schema, dict):
        return schema
    alternatives = [item for item in schema.get("anyOf", []) if item != {"type": "null"}]
    if len(alternatives) == 1:
        return _plain(name, alternatives[0])
    kept = {
        key: {field: _plain(field, item) for field, item in value.items()}
        if key == "properties"
        else _plain(name, value)
        for key, value in schema.items()
        if key not in ("title", "description", "default", "format")
    }
    if kept.get("type") == "array":
        return kept | {"maxItems": _MOST_ITEMS}
    if kept.get("type") != "string" or {"enum", "const"} & set(kept):
        return kept
    fixed = _TEXTS.get(name) or kept.get("pattern") or _ADDRESS
    return {"type": "string", "pattern": fixed}


#: JSON Schema in the form of llguidance: closed objects, fixed order, no white space.
OPEN_SCHEMA = _schema()
