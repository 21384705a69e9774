"""The decode schema: a JSON Schema for one conversation, derived from the CAMARA models.

Arguments and their order come from the models; values are labels of what stands in the
conversation. A decision under the schema therefore cannot name anything else.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from pydantic import BaseModel

from camara_qod.tools.interpreter.decision import DECLINE, Aside
from camara_qod.tools.interpreter.offering.notation import KIND, NOTHING, OPERATIONS, words_of

#: In a schema: there is no white space around the answer. Engines other than llguidance ignore it.
COMPACT: dict[str, Any] = {"x-guidance": {"whitespace_flexible": False}}

#: What may be written for each argument, likelier things first; `None` for what was not said.
Texts = Mapping[str, Sequence[str | None]]
#: Of a conversation in which nothing was said.
SILENCE: Texts = {KIND: [Aside.OTHER]}
_ASIDES: Texts = {KIND: list(Aside)}


def decision_schema(
    operations: Mapping[str, Iterable[Texts]], asides: Texts = _ASIDES
) -> dict[str, Any]:
    """One schema for all decisions; to decline is always one.

    Args:
        operations: for each operationId on offer, the alternatives of what may be written.
        asides: the same for turns that ask for no call.

    Returns:
        A JSON Schema of one text with a pattern. Its `examples` are the likeliest answer of each
        alternative. The `x-guidance` key is llguidance's and ignored by other engines.
    """
    variants = [
        (operation, texts)
        for operation, alternatives in operations.items()
        for texts in alternatives
    ]
    variants.append((DECLINE, asides))
    pattern = "|".join(_pattern(*variant) for variant in variants)
    examples = [_example(*variant) for variant in variants]
    return COMPACT | {"type": "string", "pattern": f"^({pattern})$", "examples": examples}


def wire_names(model: type[BaseModel]) -> list[str]:
    """The names of a model's fields on the wire, in their order."""
    return [field.alias or name for name, field in model.model_fields.items()]


def _pattern(operation: str, texts: Texts) -> str:
    return " ".join(_words(operation, {name: _one_of(some) for name, some in texts.items()}))


def _example(operation: str, texts: Texts) -> str:
    first = {name: some[0] or NOTHING for name, some in texts.items()}
    return " ".join(_words(operation, first))


def _words(operation: str, values: Mapping[str, str]) -> Iterator[str]:
    yield OPERATIONS[operation]
    for name, value in values.items():
        yield from words_of(name, value)


def _one_of(some: Sequence[str | None]) -> str:
    """A pattern that every dialect of regular expressions reads alike."""
    plain = (re.sub(r"[^A-Za-z0-9-]", r"[\g<0>]", text or NOTHING) for text in some)
    return f"({'|'.join(plain)})"
