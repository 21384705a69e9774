"""What is wrong, in words: the one place where a library's error becomes text.

Each fault names the argument as the API calls it, what is wrong with it, and what is allowed. The
names of classes, the tags of unions and the links of the library that found it stay here.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from difflib import get_close_matches
from functools import lru_cache
from typing import Any

from pydantic import TypeAdapter, ValidationError
from pydantic_core import ErrorDetails

from camara_qod.tools.camara.forms import FORMS

Schema = dict[str, Any]
#: So many faults are told, and so many characters of each: a client may have sent thousands.
_MOST, _LONGEST = 20, 240
_SUBJECT = re.compile(r"^[A-Z][a-z]+ should ")
#: A key that is none, and one that is not even text, which YAML has.
_NOT_KNOWN = ("extra_forbidden", "invalid_key")
_INDEX = re.compile(r"(^|\.)\d+(?=[.: ])")


def faults(
    error: ValidationError | Sequence[Any],
    kind: Any = None,
    called: Callable[[str], str] | None = None,
) -> str:
    """All faults in one line: "duration: it should be greater than 0; qosProfile is missing".

    Args:
        error: what pydantic raised, or the list that its `errors()` gives.
        kind: what was validated, a type or a `TypeAdapter`. Without it nothing can be said about
            what is allowed, and places are told as pydantic has them.
        called: what an outermost name is to whom this is told, such as that of a variable.
    """
    found = error.errors(include_url=False) if isinstance(error, ValidationError) else error
    told = _folded(_told(item, _schema_of(kind), called or str) for item in found)
    rest = len(told) - _MOST
    return "; ".join(told[:_MOST]) + (f"; and {rest} more" if rest > 0 else "")


def not_sent(error: ValidationError, kind: Any) -> str:
    """To a model that has called a tool with arguments that do not hold."""
    return f"Not sent. {faults(error, kind)}. Correct it, or ask the user."


def _folded(told: Iterable[str]) -> list[str]:
    """Each fault once, and of those that only differ in the item of a list the first."""
    return list({_INDEX.sub(".0", text): text for text in reversed(list(told))}.values())[::-1]


def _told(item: ErrorDetails, root: Schema, called: Callable[[str], str]) -> str:
    end = len(item["loc"]) - (item["type"] in _NOT_KNOWN)
    names, place = _walked(item["loc"][:end], root, unknown=item["loc"][end:])
    names = [called(name) if isinstance(name, str) else name for name in names[:1]] + names[1:]
    if item["type"] in ("union_tag_not_found", "union_tag_invalid"):
        return _untagged(item["type"], names, place)
    where = _path(names)
    if item["type"] == "missing":
        return f"{where} is missing"
    if item["type"] in _NOT_KNOWN:
        return f"{where} is not known here{_known(str(names[-1]), place)}"
    what = _what(item)
    return f"{where}: {what}" if where else what


def _what(item: ErrorDetails) -> str:
    context = item.get("ctx", {})
    if item["type"] in ("model_type", "model_attributes_type", "dict_type", "mapping_type"):
        return "it should be an object"
    if item["type"] == "string_unicode":
        return "it holds half a character (a lone surrogate), which is no text"
    if item["type"] == "json_invalid":
        return _shown(_json(item))
    if form := FORMS.get(context.get("pattern", "")):
        return f"it should be {form}"
    own = item["type"] in ("value_error", "assertion_error")
    return _shown(_SUBJECT.sub("it should ", str(context["error"]) if own else item["msg"]))


def _json(item: ErrorDetails) -> str:
    """What is no JSON; a single line may be one of many, and is not numbered as the first."""
    text = item["input"]
    single = isinstance(text, str | bytes) and len(text.splitlines()) < 2
    return item["msg"].replace("at line 1 column", "at column") if single else item["msg"]


def _known(name: str, place: list[Schema]) -> str:
    allowed = list(dict.fromkeys(key for item in place for key in item.get("properties", {})))
    near = get_close_matches(name, allowed, n=1)
    if near:
        return f" (meant: {near[0]}?)"
    return f" (known: {', '.join(allowed)})" if allowed else ""


def _untagged(kind: str, names: list[str | int], place: list[Schema]) -> str:
    """The property that tells alternatives apart is missing, or names none of them."""
    tag: Mapping[str, Any] = next((item["discriminator"] for item in place if _tells(item)), {})
    where = _path([*names, tag["propertyName"]] if tag else names)
    allowed = " or ".join(f"'{name}'" for name in tag.get("mapping", {}))
    if kind == "union_tag_not_found":
        return f"{where} is missing" + (f" ({allowed})" if allowed else "")
    return f"{where}: it should be {allowed or 'one of the known kinds'}"


def _tells(schema: Schema) -> bool:
    return "discriminator" in schema


def _walked(
    location: Sequence[str | int], root: Schema, unknown: Sequence[str | int]
) -> tuple[list[str | int], list[Schema]]:
    """The parts of a place that are in the value itself, and the schemas that hold there.

    Pydantic also puts tags of unions and names of validators into a location; the schema knows
    which parts are properties and which are items. What is `unknown` is added to the parts; the
    schemas are those of the object that has it.
    """
    if not root:
        return [*location, *unknown], []
    names: list[str | int] = []
    place = _alternatives(root, root)
    for part in location:
        inner = _inside(part, place, root)
        if inner:
            names.append(_alias(part, place))
            place = inner
        elif variant := _variant(part, place, root):
            place = variant
    return [*names, *unknown], place


def _inside(part: str | int, place: list[Schema], root: Schema) -> list[Schema]:
    found: list[Schema] = []
    for schema in place:
        if isinstance(part, int):
            inner = schema.get("items")
        else:
            inner = schema.get("properties", {}).get(_alias(part, [schema]))
        if isinstance(inner, dict):
            found += _alternatives(inner, root)
    return found


def _variant(tag: str | int, place: list[Schema], root: Schema) -> list[Schema]:
    """Of alternatives that a property tells apart, the one with this tag."""
    named = (item["discriminator"].get("mapping", {}) for item in place if _tells(item))
    reference = next((mapping[tag] for mapping in named if tag in mapping), None)
    return _alternatives({"$ref": reference}, root) if reference else []


def _alias(part: str | int, place: list[Schema]) -> str | int:
    """A property by its name on the wire, also where it was given by its Python name."""
    known = [name for schema in place for name in schema.get("properties", {})]
    if isinstance(part, str) and part.islower() and part not in known:
        plain = part.replace("_", "")
        return next((name for name in known if name.lower() == plain), part)
    return part


def _alternatives(schema: Schema, root: Schema) -> list[Schema]:
    """A schema, and those that it refers to or offers."""
    found = [schema]
    if "$ref" in schema:
        found += _alternatives(root["$defs"][schema["$ref"].rpartition("/")[2]], root)
    for word in ("anyOf", "oneOf", "allOf"):
        for option in schema.get(word, []):
            found += _alternatives(option, root)
    return found


@lru_cache(maxsize=64)
def _schema_of(kind: Any) -> Schema:
    if kind is None:
        return {}
    adapter = kind if isinstance(kind, TypeAdapter) else TypeAdapter(kind)
    return adapter.json_schema()


def _path(names: Sequence[str | int]) -> str:
    """A place as one writes it: `devicePorts.ports.0`."""
    return ".".join(_shown(str(name)) for name in names)


def _shown(text: str) -> str:
    """What a client sent may have any length, and characters that no terminal or JSON takes."""
    text = text if len(text) <= _LONGEST else text[:_LONGEST] + "…"
    return text if text.isprintable() else ascii(text)


def reason(error: Exception) -> str:
    """An error of a library in a line, with its class where the text does not stand alone."""
    lines = str(error).strip().splitlines()
    text = lines[0].rstrip(".") if lines else ""
    if isinstance(error, OSError | ValueError | ImportError | RuntimeError) and text:
        return text
    return f"{type(error).__name__} {text}".strip()
