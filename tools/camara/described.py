"""Schemas as people and other models read them: titles in words, what each field is, no null."""

import re
from typing import Any

from langchain_core.utils.json_schema import dereference_refs

Schema = dict[str, Any]

#: What each field is, by its name on the wire, wherever it stands.
_FIELDS = {
    "accessToken": "Token with which the operator calls the sink.",
    "accessTokenExpiresUtc": "When that token ends: date, time and zone (RFC 3339).",
    "accessTokenType": "How that token is sent.",
    "applicationServer": "The server at the other end of the flow, by its IPv4 or IPv6 address.",
    "applicationServerPorts": "Ports of the application server that the session is for; all of "
    "them where it is left out.",
    "clientId": "Id under which the operator asks for a token for the sink.",
    "countryAvailability": "Countries in which it may be used; nothing is said of them where it is "
    "left out.",
    "countryName": "Country by its two letters (ISO 3166).",
    "credentialType": "What the operator proves itself with at the sink.",
    "description": "What it is for, in the operator's words.",
    "device": "The device whose connection becomes better, by one or more of its identifiers.",
    "devicePorts": "Ports of the device that the session is for; all of them where it is left out.",
    "duration": "How long the session lasts, in seconds. Profiles have limits of their own.",
    "expiresAt": "When the session ends (RFC 3339).",
    "from": "First port of the range.",
    "ipAddresses": "Single IPv4 or IPv6 addresses, in place of a subnet.",
    "jitter": "How much the delay there and back may vary at most.",
    "jwksUri": "https URL of the keys by which the operator's signature is verified.",
    "l4sQueueType": "The queue for L4S traffic; experimental.",
    "maxDownstreamBurstRate": "Rate to the device that may be reached for a short time.",
    "maxDownstreamRate": "Highest rate to the device.",
    "maxDuration": "Longest session, with what it is made longer by.",
    "maxUpstreamBurstRate": "Rate from the device that may be reached for a short time.",
    "maxUpstreamRate": "Highest rate from the device.",
    "minDuration": "Shortest session.",
    "name": "Name of a QoS profile, as the operator publishes it.",
    "networkAccessIdentifier": "The device as user@realm (RFC 4282).",
    "networks": "Networks in that country; the operator's own where it is left out.",
    "packetDelayBudget": "Highest delay one way, between the device and the edge of the operator's "
    "network.",
    "packetErrorLossRate": "Packets that may be lost, as a power of ten: 3 is one in a thousand.",
    "phoneNumber": "Phone number in E.164: + and country code, without spaces.",
    "ports": "Single ports.",
    "priority": "Which traffic goes first: 1 before 100.",
    "privateAddress": "The device's own IPv4 address; the same as the public one where no address "
    "translation stands between.",
    "publicAddress": "IPv4 address under which the internet sees the device.",
    "publicPort": "Port under which the internet sees the device.",
    "qosProfile": "Name of the QoS profile, as the operator publishes it.",
    "qosStatus": "REQUESTED, AVAILABLE, or UNAVAILABLE.",
    "ranges": "Ranges of ports, both ends included.",
    "requestedAdditionalDuration": "How much longer the session lasts, in seconds, from its end.",
    "serviceClass": "Kind of application that it is for (RFC 4594); experimental.",
    "sessionId": "Id of the session (UUID), as the operator gave it.",
    "sink": "https URL that is told about changes of the session's state.",
    "sinkCredential": "How the operator proves itself at the sink.",
    "startedAt": "When the session began (RFC 3339).",
    "status": "Whether the profile may be used.",
    "statusInfo": "Why the session is UNAVAILABLE.",
    "targetMinDownstreamRate": "Rate to the device that the network tries not to go below.",
    "targetMinUpstreamRate": "Rate from the device that the network tries not to go below.",
    "to": "Last port of the range.",
    "tokenUri": "https URL at which the operator asks for a token for the sink.",
    "unit": "What the value is counted in.",
    "value": "How many of the unit.",
}
#: The same name is something else in the two places where it stands.
_OF_PARENT = {
    "device": {
        "ipv4Address": "IPv4 address of the device: public, and its port or the private one.",
        "ipv6Address": "IPv6 address of the device.",
    },
    "applicationServer": {
        "ipv4Address": "IPv4 address, or a subnet such as 203.0.113.0/24.",
        "ipv6Address": "IPv6 address, or a subnet such as 2001:db8::/64.",
    },
}
#: How many parts an object has at least; the models say so in validators. The IPv4 address is the
#: device's: the public one, and its port or the private one.
_LEAST = {
    "applicationServer": 1,
    "applicationServerPorts": 1,
    "device": 1,
    "devicePorts": 1,
    "ipv4Address": 2,
}
_NULL = {"type": "null"}
_WORDS = {
    "qos": "QoS",
    "id": "id",
    "ip": "IP",
    "utc": "UTC",
    "l4s": "L4S",
    "uri": "URI",
    "jwks": "JWKS",
    "ipv4": "IPv4",
    "ipv6": "IPv6",
}
_PART = re.compile(r"[A-Z]?[a-z0-9]+")


def described(schema: Schema) -> Schema:
    """A schema without references, with a title and, where it is known, a description everywhere.

    Without references, since whoever puts a schema into another one would lose what they refer to;
    LangChain's review of single calls (`interrupt_mode="per_call"`) does that; so without OpenAPI's
    `discriminator` too, which refers to what is put in its place here. Without null, since
    what is not given is left out on the wire, and null is refused.

    Args:
        schema: of one of CAMARA's models, by its names on the wire.
    """
    flat: Schema = dereference_refs(schema)
    found = _walked({name: value for name, value in flat.items() if name != "$defs"}, "")
    return dict(found)


def title(name: str) -> str:
    """A name on the wire in words: `applicationServerPorts` is "Application server ports"."""
    parts = [part.lower() for part in _PART.findall(name)]
    text = " ".join(_WORDS.get(part, part) for part in parts)
    return text[:1].upper() + text[1:]


def _walked(value: Any, parent: str) -> Any:
    if isinstance(value, list):
        return [_walked(item, parent) for item in value]
    if not isinstance(value, dict):
        return value
    given = {word: inner for word, inner in _given(value).items() if word != "discriminator"}
    return {word: _part(word, inner, parent) for word, inner in given.items()}


def _part(word: str, inner: Any, parent: str) -> Any:
    """What stands under a word of a schema."""
    if word == "properties":
        return {name: _field(name, one, parent) for name, one in inner.items()}
    return title(inner) if word == "title" else _walked(inner, parent)


def _field(name: str, schema: Schema, parent: str) -> Schema:
    field: Schema = _walked(schema, name) | {"title": title(name)}
    if text := _OF_PARENT.get(parent, {}).get(name) or _FIELDS.get(name):
        field["description"] = text
    if field.get("type") == "object" and name in _LEAST:
        field["minProperties"] = _LEAST[name]
    return field


def _given(schema: Schema) -> Schema:
    """A field's schema where it is given: the alternatives without null."""
    alternatives = schema.get("anyOf", [])
    if _NULL not in alternatives:
        return schema
    rest = {word: item for word, item in schema.items() if word not in ("anyOf", "default")}
    others = [item for item in alternatives if item != _NULL]
    given: Schema = others[0] if len(others) == 1 else {"anyOf": others}
    return given | rest
