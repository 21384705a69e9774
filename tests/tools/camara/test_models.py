"""Each model against the official OpenAPI, in both directions, with generated data."""

import copy
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator, FormatChecker
from pydantic import BaseModel, ValidationError

from camara_qod.tools.camara import models, models_1_2

QOD = "quality-on-demand/1.1.0_r3.2/quality-on-demand.yaml"
PROFILES = "qos-profiles/1.1.0_r3.2/qos-profiles.yaml"
CASES = [
    (models.CreateSession, QOD, "CreateSession"),
    (models.Device, QOD, "Device"),
    (models.DeviceIpv4Addr, QOD, "DeviceIpv4Addr"),
    (models.ApplicationServer, QOD, "ApplicationServer"),
    (models.PortsSpec, QOD, "PortsSpec"),
    (models.SessionInfo, QOD, "SessionInfo"),
    (models.ExtendSessionDuration, QOD, "ExtendSessionDuration"),
    (models.RetrieveSessionsInput, QOD, "RetrieveSessionsInput"),
    (models.ErrorInfo, QOD, "ErrorInfo"),
    (models.QosProfile, PROFILES, "QosProfile"),
    (models.QosProfileDeviceRequest, PROFILES, "QosProfileDeviceRequest"),
]
IDS = [case[2] for case in CASES]

CHECKER = FormatChecker(["ipv4", "ipv6", "uuid", "date-time"])


@cache
def official(root: Path, file: str, name: str) -> dict[str, Any]:
    """The named schema as JSON Schema, references resolved."""
    document = yaml.safe_load((root / file).read_text(encoding="utf-8"))

    def resolved(node: Any) -> Any:
        if isinstance(node, list):
            return [resolved(item) for item in node]
        if not isinstance(node, dict):
            return node
        if "$ref" in node:
            *_, last = node["$ref"].split("/")
            return resolved(document["components"]["schemas"][last])
        dropped = ("example", "description", "discriminator")
        kept = {
            key: {name: resolved(part) for name, part in value.items()}
            if key == "properties"
            else resolved(value)
            for key, value in node.items()
            if key not in dropped
        }
        if kept.get("format") not in (None, "ipv4", "ipv6", "uuid", "date-time"):
            kept.pop("format")
        return kept

    return resolved(document["components"]["schemas"][name])


def accepts(schema: dict[str, Any], value: Any) -> bool:
    return Draft202012Validator(schema, format_checker=CHECKER).is_valid(value)


def parses(model: type[BaseModel], value: Any) -> bool:
    try:
        model.model_validate(value)
    except ValidationError:
        return False
    return True


VALUES: dict[str, st.SearchStrategy[Any]] = {
    "ipv4": st.ip_addresses(v=4).map(str),
    "ipv6": st.ip_addresses(v=6).map(str),
    "uuid": st.uuids().map(str),
    "date-time": st.datetimes(min_value=datetime(1000, 1, 1)).map(
        lambda at: at.replace(microsecond=0).isoformat() + "Z"
    ),
}


def from_schema(schema: dict[str, Any]) -> st.SearchStrategy[Any]:
    """Values of the part of JSON Schema that the CAMARA files use."""
    if "allOf" in schema:
        return from_schema(_merged(schema))
    if "enum" in schema:
        return st.sampled_from(schema["enum"])
    kind = schema.get("type")
    if kind == "object":
        required = set(schema.get("required", ()))
        for alternative in schema.get("anyOf", ())[:1]:
            required |= set(alternative["required"])
        fields = {name: from_schema(part) for name, part in schema.get("properties", {}).items()}
        optional = {name: part for name, part in fields.items() if name not in required}
        mandatory = {name: part for name, part in fields.items() if name in required}
        return st.fixed_dictionaries(mandatory, optional=optional)
    if kind == "array":
        size = schema.get("minItems", 0)
        return st.lists(from_schema(schema["items"]), min_size=size, max_size=size + 2)
    if kind == "integer":
        return st.integers(schema.get("minimum", -9), schema.get("maximum", 10**6))
    if schema.get("format") in VALUES:
        return VALUES[schema["format"]]
    if "pattern" in schema:
        return st.from_regex(schema["pattern"]).map(str.strip)
    return st.sampled_from(["10.1.2.0/24", "10.1.2.3", "2001:db8::/64"]) | st.text(max_size=9)


def _merged(schema: dict[str, Any]) -> dict[str, Any]:
    merged: dict[str, Any] = {"type": "object", "properties": {}, "required": []}
    for part in [*schema["allOf"], {key: schema[key] for key in schema if key != "allOf"}]:
        flat = _merged(part) if "allOf" in part else part
        merged["properties"] |= flat.get("properties", {})
        merged["required"] += flat.get("required", [])
        rest = {key: value for key, value in flat.items() if key not in merged}
        merged |= rest | ({"type": flat["type"]} if "type" in flat else {})
    return merged


ADDRESSES = st.ip_addresses(v=4).map(str) | st.ip_addresses(v=6).map(str)
ODDITIES = (
    st.none()
    | st.booleans()
    | st.integers(-2, 70000)
    | st.floats(allow_nan=False)
    | st.text(max_size=8)
    | ADDRESSES
    | st.sampled_from(
        ["", "1.2.3", "+1", "+12345", "QOS_E", "http://a", "https://a", "2024", "null"]
    )
    | st.just([])
    | st.just({})
)


def mutated(value: Any, data: st.DataObject) -> Any:
    """The value with one place of it replaced, removed or added."""
    value = copy.deepcopy(value)
    node, path = value, []
    while isinstance(node, dict | list) and node and data.draw(st.booleans() | st.just(True)):
        key = data.draw(
            st.sampled_from(sorted(node) if isinstance(node, dict) else range(len(node)))
        )
        path.append((node, key))
        node = node[key]
        if data.draw(st.integers(0, 2)) == 0:
            break
    if not path:
        return data.draw(ODDITIES)
    parent, key = path[-1]
    action = data.draw(st.sampled_from(["replace", "remove"]))
    if action == "remove":
        del parent[key]
    else:
        parent[key] = data.draw(ODDITIES)
    return value


@pytest.mark.parametrize(("model", "file", "name"), CASES, ids=IDS)
@settings(max_examples=150)
@given(data=st.data())
def test_what_the_schema_rejects_the_model_rejects(
    specs: Path, model: type[BaseModel], file: str, name: str, data: st.DataObject
) -> None:
    schema = official(specs, file, name)
    valid = data.draw(from_schema(schema))
    value = mutated(valid, data)
    if not accepts(schema, value):
        assert not parses(model, value), value


@pytest.mark.parametrize(("model", "file", "name"), CASES, ids=IDS)
@settings(max_examples=150)
@given(data=st.data())
def test_what_the_model_accepts_the_schema_accepts(
    specs: Path, model: type[BaseModel], file: str, name: str, data: st.DataObject
) -> None:
    schema = official(specs, file, name)
    value = data.draw(from_schema(schema) | ODDITIES)
    if data.draw(st.booleans()):
        value = mutated(value, data)
    if parses(model, value):
        assert accepts(schema, value), value
        assert accepts(schema, model.model_validate(value).wire())


@pytest.mark.parametrize(("model", "file", "name"), CASES, ids=IDS)
def test_wire_names_are_the_schemas(
    specs: Path, model: type[BaseModel], file: str, name: str
) -> None:
    schema = official(specs, file, name)
    parts = [schema, *schema.get("allOf", [])]
    theirs = {key for part in parts for key in part.get("properties", {})}
    for part in schema.get("allOf", []):
        theirs |= {key for inner in part.get("allOf", []) for key in inner.get("properties", {})}
    ours = {field.alias for field in model.model_fields.values()}
    assert ours == theirs


def test_requests_forbid_unknown_fields_and_responses_keep_them() -> None:
    device = {"phoneNumber": "+123456789"}
    assert not parses(models.Device, device | {"imsi": "1"})
    info = models.ErrorInfo.model_validate(
        {"status": 400, "code": "X", "message": "m", "traceId": "7"}
    )
    assert info.wire()["traceId"] == "7"


@pytest.mark.parametrize(
    ("value", "valid"),
    [
        ({"publicAddress": "203.0.113.9"}, False),
        ({"publicAddress": "203.0.113.9", "publicPort": 8443}, True),
        ({"publicAddress": "203.0.113.9", "privateAddress": "10.0.0.1"}, True),
        ({"privateAddress": "10.0.0.1", "publicPort": 1}, False),
        ({"publicAddress": "203.0.113.9", "publicPort": 65536}, False),
    ],
)
def test_an_ipv4_device_needs_a_port_or_a_private_address(value: dict, valid: bool) -> None:
    assert parses(models.DeviceIpv4Addr, value) is valid


@pytest.mark.parametrize("text", ["198.51.100.0/24", "1.2.3.4/24", "1.2.3.4", "2001:db8::/64"])
def test_servers_may_be_subnets(text: str) -> None:
    key = "ipv6Address" if ":" in text else "ipv4Address"
    assert models.ApplicationServer.model_validate({key: text}).wire() == {key: text}


@pytest.mark.parametrize("text", ["1.2.3.4/33", "1.2.3", "fe80::1%eth0", "example.com", ""])
def test_servers_are_addresses(text: str) -> None:
    key = "ipv6Address" if ":" in text else "ipv4Address"
    assert not parses(models.ApplicationServer, {key: text})


@pytest.mark.parametrize("edition", [models, models_1_2])
@pytest.mark.parametrize("name", ["devicePorts", "applicationServerPorts"])
def test_a_range_is_asked_for_from_its_first_port_and_read_from_either(edition, name: str) -> None:
    body = {
        "applicationServer": {"ipv4Address": "203.0.113.100"},
        "qosProfile": "QOS_E",
        "duration": 60,
    }
    ordered, reversed_ = ({"ranges": [{"from": a, "to": b}]} for a, b in ((10, 20), (20, 10)))
    assert parses(edition.CreateSession, body | {name: ordered})
    assert not parses(edition.CreateSession, body | {name: reversed_})
    session = body | {"sessionId": str(uuid4()), "qosStatus": "REQUESTED", name: reversed_}
    assert edition.SessionInfo.model_validate(session).wire()[name] == reversed_
