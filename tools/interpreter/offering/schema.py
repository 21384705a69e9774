"""The decode schema: a JSON Schema for one conversation, derived from the CAMARA models.

Field names and their order come from the models; values are labels of what stands in the
conversation. A decision under the schema therefore cannot name anything else.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from pydantic import BaseModel

from camara_qod.tools.interpreter.decision import DECLINE

#: In a schema: the answer has no white space. Engines other than llguidance ignore it.
COMPACT: dict[str, Any] = {"x-guidance": {"whitespace_flexible": False}}


def decision_schema(operations: Mapping[str, Iterable[dict[str, Any]]]) -> dict[str, Any]:
    """One schema for all decisions; to decline is always one.

    Args:
        operations: for each operationId on offer, the alternative schemas of its arguments.

    Returns:
        A JSON Schema with fixed key order and no white space, in llguidance's dialect (the
        `x-guidance` key is ignored by other engines).
    """
    variants = [
        _object({"operation": {"const": operation}, "arguments": arguments})
        for operation, alternatives in operations.items()
        for arguments in alternatives
    ]
    variants.append(_object({"operation": {"const": DECLINE}, "arguments": _object({})}))
    return COMPACT | {"anyOf": variants}


def wire_names(model: type[BaseModel]) -> list[str]:
    """The names of a model's fields on the wire, in their order."""
    return [field.alias or name for name, field in model.model_fields.items()]


def narrowed(model: type[BaseModel], texts: Mapping[str, Sequence[str | None]]) -> dict[str, Any]:
    """The schema of a CAMARA model whose fields may only take the given texts.

    Args:
        model: where names on the wire and their order come from.
        texts: by name on the wire; a field that is left out is not on offer.

    Raises:
        KeyError: a text is for no field of the model.
    """
    names = wire_names(model)
    if unknown := set(texts) - set(names):
        raise KeyError(f"{model.__name__} has no {', '.join(sorted(unknown))}")
    return _object({name: {"enum": list(texts[name])} for name in names if name in texts})


def _object(properties: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }
