"""What a model wrote that nobody said: fields the API does not have, values from nowhere.

It is judged on what the model wrote, before completion, and on the bare text of the conversation:
not by the code that makes the grammar, which would be no check of it.
"""

import re
from collections.abc import Iterator
from ipaddress import AddressValueError, IPv6Address, IPv6Network
from typing import Any
from urllib.parse import unquote, urlsplit

from camara_qod.tools.catalogue import Need
from camara_qod.tools.interpreter.context import Context
from camara_qod.tools.interpreter.reading.lengths import TimeOfDay
from camara_qod.tools.interpreter.reading.mention import Length, Moment, Number
from camara_qod.training.evaluation.open_schema import ARGUMENTS

_LENGTHS = ("duration", "requestedAdditionalDuration")
#: Seconds of an hour, a minute and a second.
_UNITS = (3600, 60, 1)


def hallucinated_fields(decision: Any) -> list[str]:
    """Keys that the operation does not have, or that stand where they do not belong."""
    if not isinstance(decision, dict):
        return []
    found = [name for name in decision if name not in ("operation", "arguments")]
    model = ARGUMENTS.get(str(decision.get("operation")))
    if model is None:
        return found
    schema = model.model_json_schema(by_alias=True)
    return found + list(_unknown(decision.get("arguments"), schema, schema.get("$defs", {})))


def _unknown(value: Any, schema: dict[str, Any], definitions: dict[str, Any]) -> Iterator[str]:
    if isinstance(value, list):
        for item in value:
            yield from _unknown(item, schema.get("items", {}), definitions)
    if not isinstance(value, dict):
        return
    known = _resolved(schema, definitions).get("properties", {})
    for name, item in value.items():
        if name in known:
            yield from _unknown(item, _resolved(known[name], definitions), definitions)
        else:
            yield name


def _resolved(schema: dict[str, Any], definitions: dict[str, Any]) -> dict[str, Any]:
    """The schema behind a reference, or the one alternative that is not null."""
    for item in schema.get("anyOf", []):
        if item != {"type": "null"}:
            return _resolved(item, definitions)
    name = schema.get("$ref", "").rpartition("/")[2]
    return definitions[name] if name else schema


def hallucinated_values(decision: Any, context: Context) -> list[str]:
    """Identifiers, ports, lengths and profiles that are neither in the text nor in the settings."""
    arguments = decision.get("arguments") if isinstance(decision, dict) else None
    if not isinstance(arguments, dict):
        return []
    text = "\n".join(context.messages)
    configured = _configured(context)
    return [
        str(value)
        for name, value in _leaves(arguments)
        if value not in configured and not _said(name, value, text, context)
    ]


def _configured(context: Context) -> list[Any]:
    settings = context.settings
    values: list[Any] = [settings.default_duration, *context.sessions.ids]
    for default in (settings.default_device, settings.default_application_server):
        values += [value for _, value in _leaves(default.wire())] if default else []
    return values


def _leaves(value: Any, name: str = "") -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict):
        for key, item in value.items():
            yield from _leaves(item, key)
    elif isinstance(value, list):
        for item in value:
            yield from _leaves(item, name)
    elif value is not None:
        yield name, value


def _said(name: str, value: Any, text: str, context: Context) -> bool:
    if name in ("qosProfile", "name"):
        return value in [*Need, *context.catalogue.names]
    if name in _LENGTHS:
        # Words that no reader finds ("a few hours") lead to a question: no number is meant by them.
        return value in set(_lengths(context))
    if name == "sink" and isinstance(value, str):
        return _written(value, text) or _readable(value) in text
    if isinstance(value, int):
        return bool(re.search(rf"(?<!\d){value}(?!\d)", text))
    return _written(str(value), text)


def _lengths(context: Context) -> Iterator[float]:
    """Lengths that were read, and bare numbers beside them in each unit ("no, make it 3")."""
    read = context.of(Length)
    yield from (item.seconds for item in read)
    yield from (
        item.time.seconds(context.now)
        for item in context.of(Moment)
        if isinstance(item.time, TimeOfDay)
    )
    if read:
        yield from (item.value * unit for item in context.of(Number) for unit in _UNITS)


def _readable(link: str) -> str:
    """A link as people write it: its host out of punycode, the rest out of percent-encoding."""
    parts = urlsplit(link)
    try:
        host = parts.netloc.encode("ascii").decode("idna")
    except UnicodeError:
        return link
    return unquote(parts._replace(netloc=host).geturl())


def _written(value: str, text: str) -> bool:
    if value.startswith("+"):
        return value[1:] in re.sub(r"\(0\)|[^\d\n]", "", text)
    if ":" in value and "//" not in value:
        forms = re.findall(r"[0-9A-Fa-f:]+(?:/\d+)?", text)
        # A colon may end the clause ("its address is 2001:db8::7: telemetry"), or a name before it.
        forms += [form.removesuffix(":") for form in forms]
        forms += [form.removeprefix(":") for form in forms]
        return _six(value) in map(_six, forms)
    return bool(re.search(rf"(?<![0-9a-z_.]){re.escape(value.lower())}(?![\d])", text.lower()))


def _six(text: str) -> object:
    try:
        if "/" in text:
            return IPv6Network(text, strict=False)
        return IPv6Address(text)
    except (AddressValueError, ValueError):
        return text
