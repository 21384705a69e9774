"""What the schema cannot say about a valid request, so that generated ones get past the door.

Profile names are an operator's own and have limits, credentials are told apart by a discriminator,
two types of them are in the schema only to be refused, a random sink may lead into a private
network, and 1.2 forbids undeclared properties in prose alone. Calls that are meant to be invalid
stay as they are.
"""

from typing import Any

import schemathesis

PROFILES = ("QOS_E", "QOS_S", "QOS_M", "QOS_L")
SHORTEST, LONGEST = 60, 43200
STRICT = "# Request body strictness"
SUBNETS = {"ipv4Address": "198.51.100.0/24", "ipv6Address": "2001:db8::/64"}
CREDENTIAL = {
    "credentialType": "ACCESSTOKEN",
    "accessToken": "token",
    "accessTokenType": "bearer",
    "accessTokenExpiresUtc": "2099-01-01T00:00:00Z",
}


@schemathesis.hook
def before_call(context: Any, case: Any, kwargs: Any) -> None:
    """Make a schema-valid request one that the API's prose and the catalogue allow."""
    valid = case.meta is None or case.meta.generation.mode.is_positive
    if not valid or not isinstance(case.body, dict):
        return
    document = case.operation.schema.raw_schema
    if STRICT in document["info"]["description"]:
        path = document["paths"][case.operation.path][case.method.lower()]
        schema = path["requestBody"]["content"]["application/json"]["schema"]
        case.body = declared(case.body, schema, document)
    if case.operation.path == "/sessions":
        meaningful(case.body)


def meaningful(body: dict[str, Any]) -> None:
    """A `CreateSession` for a profile that exists."""
    body["qosProfile"] = PROFILES[len(str(body.get("qosProfile"))) % len(PROFILES)]
    body["duration"] = SHORTEST + body["duration"] % (LONGEST - SHORTEST)
    # As far as the schemas go, subnets may be any text or have leading zeros.
    body["applicationServer"] |= {
        name: value for name, value in SUBNETS.items() if name in body["applicationServer"]
    }
    # That a range goes from its first port to its last is said in words alone.
    for name in ("devicePorts", "applicationServerPorts"):
        for item in body.get(name, {}).get("ranges", []):
            item["from"], item["to"] = sorted((item["from"], item["to"]))
    if "sinkCredential" in body:
        body["sinkCredential"] = CREDENTIAL
    if "sink" in body:
        body["sink"] = "https://example.com/notifications"


def declared(value: Any, schema: dict[str, Any], document: dict[str, Any]) -> Any:
    """A value without the properties that its schema does not name."""
    if isinstance(value, list):
        items = merged(schema, document).get("items", {})
        return [declared(item, items, document) for item in value]
    if not isinstance(value, dict):
        return value
    known = merged(schema, document)["properties"]
    return {
        name: declared(item, known[name], document) for name, item in value.items() if name in known
    }


def merged(schema: dict[str, Any], document: dict[str, Any]) -> dict[str, Any]:
    """A schema with its references followed and its parts put together."""
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        return merged(document["components"]["schemas"][name], document)
    whole = schema | {"properties": dict(schema.get("properties", {}))}
    for keyword in ("allOf", "oneOf", "anyOf"):
        for part in schema.get(keyword, []):
            inner = merged(part, document)
            whole = inner | whole | {"properties": inner["properties"] | whole["properties"]}
    return whole
