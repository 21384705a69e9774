"""The JSON Schema of the decisions that one conversation allows.

Grounding is expressed in plain JSON Schema: each argument is an enum of values that the user
wrote, in the wire form of the CAMARA models, or `null` where "not said" is a legal answer. Any
engine that decodes under a JSON Schema therefore cannot name anything else.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from pydantic import BaseModel

from camara_qod.tools.interpreter.decision import DECLINE

#: An argument's candidates: values (models or plain), or a ready schema as a dict.
Candidates = Mapping[str, Sequence[Any] | dict[str, Any]]


def decision_schema(
    operations: Mapping[str, Iterable[dict[str, Any]]], *, decline: bool = True
) -> dict[str, Any]:
    """One schema for all decisions.

    Args:
        operations: for each operationId on offer, the alternative schemas of its arguments.
        decline: whether that is on offer too.

    Returns:
        A JSON Schema with fixed key order and no white space, in llguidance's dialect (the
        `x-guidance` key is ignored by other engines).
    """
    variants = [
        _object({"operation": {"const": operation}, "arguments": arguments})
        for operation, alternatives in operations.items()
        for arguments in alternatives
    ]
    if decline or not variants:
        variants.append(_object({"operation": {"const": DECLINE}, "arguments": _object({})}))
    return {"x-guidance": {"whitespace_flexible": False}, "anyOf": variants}


def narrowed(model: type[BaseModel], candidates: Candidates) -> dict[str, Any]:
    """The schema of a CAMARA model whose fields may only take the given candidates.

    Args:
        model: where names on the wire and their order come from.
        candidates: by Python field name; a field that is left out is not on offer.

    Raises:
        KeyError: a candidate is for no field of the model.
    """
    unknown = set(candidates) - set(model.model_fields)
    if unknown:
        raise KeyError(f"{model.__name__} has no {', '.join(sorted(unknown))}")
    return _object(
        {
            field.alias or name: _choice(candidates[name])
            for name, field in model.model_fields.items()
            if name in candidates
        }
    )


def _choice(values: Sequence[Any] | dict[str, Any]) -> dict[str, Any]:
    if isinstance(values, dict):
        return values
    return {"enum": [wire(value) for value in values]}


def wire(value: Any) -> Any:
    """A candidate as JSON."""
    return (
        value.model_dump(mode="json", exclude_none=True) if isinstance(value, BaseModel) else value
    )


def _object(properties: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }
