"""Hand-written conversations with placeholders, filled with random values.

They are as irregular as people: what `requests` joins from clauses is broad, but nobody wrote it.
A template is `{"messages", "operation", "arguments"}`. Placeholders in the messages are a kind and,
for another value of the same kind, a number: `{ip}`, `{ip2}`. Arguments name placeholders, or are
literal values where the words of the template say them.
"""

import random
import re
from collections.abc import Callable
from typing import Any

from camara_qod.tools.catalogue import Need
from camara_qod.training.corpus.generate import identifiers as ids
from camara_qod.training.corpus.generate.example import Example, with_typo
from camara_qod.training.corpus.generate.identifiers import Written
from camara_qod.training.corpus.generate.uses import Uses

_SLOT = re.compile(r"(?<!{)(?:{{)*{(\w+)}")
_NUMBERED = re.compile(r"(\D+?)\d*")
_PORTS = {"devicePorts", "applicationServerPorts"}
#: No two placeholders of one conversation stand for the same value, in as many tries.
_TRIES = 20


def conversation(rng: random.Random, uses: Uses) -> Example:
    """One of the hand-written conversations, with random identifiers, lengths and uses."""
    return fill(rng, rng.choice(uses.conversations), uses)


def fill(rng: random.Random, template: dict[str, Any], uses: Uses) -> Example:
    """A template with random values.

    Raises:
        KeyError: it names a placeholder of no known kind, or an argument that is not in its text.
    """
    values: dict[str, Written] = {}
    for slot in _SLOT.findall("\n".join(template["messages"])):
        if slot not in values:
            values[slot] = _distinct(rng, slot, uses, values)
    texts = {slot: value.text for slot, value in values.items()}
    messages = [with_typo(rng, text, 0.05).format(**texts) for text in template["messages"]]
    chosen = {
        name: _argument(name, [said] if isinstance(said, str | int) else said, values)
        for name, said in template["arguments"].items()
    }
    return Example(messages, template["operation"], chosen, "conversation")


def _distinct(rng: random.Random, slot: str, uses: Uses, others: dict[str, Written]) -> Written:
    taken = [str(other.value) for other in others.values()]
    for _ in range(_TRIES):
        written = _value(rng, slot, uses)
        if str(written.value) not in taken or slot.startswith("use"):
            break
    return written


def _value(rng: random.Random, slot: str, uses: Uses) -> Written:
    if slot.startswith("use"):
        return _use(rng, slot, uses)
    return _KINDS[kind_of(slot)](rng)


def kind_of(slot: str) -> str:
    """The kind of a placeholder: `ip2` is an `ip`, `ipv6` is one by itself."""
    if slot in _KINDS:
        return slot
    if slot.startswith("ipv6"):
        return "ipv6"
    match = _NUMBERED.fullmatch(slot)
    return match[1] if match else slot


def _use(rng: random.Random, slot: str, uses: Uses) -> Written:
    fixed = [need for need in Need if f"_{need.value[-1]}" in slot]
    need = fixed[0] if fixed else rng.choice(list(Need))
    return Written(rng.choice(uses.nouns[need]), need.value)


def _same(make: Callable[[random.Random], Any]) -> Callable[[random.Random], Written]:
    """A value that is written as it stands."""

    def written(rng: random.Random) -> Written:
        value = make(rng)
        return Written(str(value), value)

    return written


def _session_id(rng: random.Random) -> Written:
    value = ids.uuid(rng)
    return Written(value.upper() if rng.random() < 0.1 else value, value)


_KINDS: dict[str, Callable[[random.Random], Written]] = {
    "ip": _same(ids.ipv4),
    "private": _same(ids.private_ipv4),
    "public": _same(ids.public_ipv4),
    "ipv6": ids.ipv6,
    "phone": ids.phone,
    "national": _same(ids.national_phone),
    "badip": _same(ids.invalid_ipv4),
    "id": _session_id,
    "length": ids.duration,
    "long": ids.outside_limits,
    "port": _same(ids.port),
    "low": _same(lambda rng: rng.randint(2000, 30000)),
    "high": _same(lambda rng: rng.randint(30001, 60000)),
    "url": _same(ids.callback),
    "profile": _same(lambda rng: rng.choice(list(Need)).value),
}


def _argument(name: str, said: list[Any], values: dict[str, Written]) -> Any:
    if name in _PORTS:
        return _ports(said, values)
    if name == "device":
        return _device(said, values)
    (only,) = said
    value = values[only].value if only in values else only
    if name == "applicationServer":
        return {"ipv6Address" if ":" in value else "ipv4Address": value}
    return value


def _ports(said: list[Any], values: dict[str, Written]) -> dict[str, Any]:
    """Ranges ("low-high") and single ports, in the order of CAMARA's `PortsSpec`."""
    pairs = [str(slot).split("-") for slot in said if "-" in str(slot)]
    single = [slot for slot in said if "-" not in str(slot)]
    ranges = [{"from": values[low].value, "to": values[high].value} for low, high in pairs]
    ports = [values[slot].value if slot in values else int(slot) for slot in single]
    return ({"ranges": ranges} if ranges else {}) | ({"ports": ports} if ports else {})


def _device(said: list[str], values: dict[str, Written]) -> dict[str, Any]:
    """Several identifiers of one device, in the form of CAMARA's `Device`."""
    device: dict[str, Any] = {}
    addresses = []
    for slot in said:
        kind, value = kind_of(slot), values[slot].value
        if kind == "phone":
            device["phoneNumber"] = value
        elif kind == "ipv6":
            device["ipv6Address"] = value
        elif kind != "port":
            addresses.append((kind, value))
    ports = [values[slot].value for slot in said if kind_of(slot) == "port"]
    if addresses:
        device["ipv4Address"] = _ipv4(addresses, ports)
    return {key: device[key] for key in _DEVICE_KEYS if key in device}


_DEVICE_KEYS = ("phoneNumber", "ipv4Address", "ipv6Address")


def _ipv4(addresses: list[tuple[str, str]], ports: list[int]) -> dict[str, Any]:
    by_kind = dict(addresses)
    public = by_kind.get("public") or addresses[0][1]
    form: dict[str, Any] = {"publicAddress": public}
    if len(addresses) > 1 or not ports:
        form["privateAddress"] = by_kind.get("private", public)
    if ports:
        form["publicPort"] = ports[0]
    return form
