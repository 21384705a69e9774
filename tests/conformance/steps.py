"""Step definitions for CAMARA's feature files.

Where a feature file contradicts its own YAML, the step asserts what the YAML says: such steps name
their row of `docs/conformance.md`.
"""

from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest
from pytest_bdd import parsers, step
from pytest_bdd.steps import StepNamePrefix

from .world import (
    INACTIVE,
    OTHER_CLIENT,
    RESTRICTED,
    RESTRICTED_DEVICE,
    World,
    correlator,
    set_at,
)

PAIRS = {
    "createSession": "POST",
    "getSession": "GET",
    "deleteSession": "DELETE",
    "extendQosSessionDuration": "POST",
    "retrieveSessionsByDevice": "POST",
    "retrieveQoSProfiles": "POST",
    "getQosProfile": "GET",
}
WRONG_BODIES = {
    "CreateSession": {"device": "a phone"},
    "ExtendSessionDuration": {"requestedAdditionalDuration": "long"},
    "RetrieveSessionsInput": {"device": "a phone"},
    "QosProfileDeviceRequest": {"name": 7},
}
WRONG_IDENTIFIERS: dict[str, Any] = {
    "phoneNumber": "12345",
    "ipv4Address": {"publicAddress": "84.125.93.10"},
    "ipv6Address": "not-an-address",
    "networkAccessIdentifier": 5,
}


def words(text: str) -> Any:
    return parsers.parse(text)


def pattern(text: str) -> Any:
    return parsers.re(text)


# --- the request ---------------------------------------------------------------------------------


@step('an environment at "apiRoot"')
def _() -> None:
    pass


@step(words('the resource "{resource}"'))
def _(world: World, resource: str) -> None:
    world.resource = resource


@step('the header "Content-Type" is set to "application/json"')
def _() -> None:
    pass  # it goes with every body


@step(pattern(r'the header "x-correlator" complies with the schema at .*'))
def _(world: World) -> None:
    world.headers["x-correlator"] = correlator()


@step(pattern(r'the header "x-correlator" does not comply with the schema at .*'))
def _(world: World) -> None:
    world.headers["x-correlator"] = "no blanks allowed"


@step('the header "Authorization" is set to a valid access token')
@step(
    'the header "Authorization" is set to a valid access token which does not identify a single '
    "device"
)
def _(world: World) -> None:
    world.headers["Authorization"] = world.token()


@step('the header "Authorization" is set to a valid access token identifying a device')
@step(
    'the header "Authorization" is set to a valid 3-legged access token associated to a valid '
    "testing device supported by the service"
)
def _(world: World) -> None:
    world.headers["Authorization"] = world.three_legged()


@step('the header "Authorization" is not sent')
def _(world: World) -> None:
    world.headers.pop("Authorization", None)


@step('the header "Authorization" is set to an expired access token')
def _(world: World) -> None:
    world.headers["Authorization"] = world.token(lifetime=-10)


@step('the header "Authorization" is set to an invalid access token')
def _(world: World) -> None:
    world.headers["Authorization"] = "Bearer not.a.token"


@step(
    words(
        'the header "Authorization" is set to an access token that does not include scope {scope}'
    )
)
def _(world: World, scope: str) -> None:
    world.headers["Authorization"] = world.without_scope(scope)


@step(
    'the header "Authorization" is set to a valid access token emitted to a client which did not '
    "created the QoS session"
)
def _(world: World) -> None:
    world.headers["Authorization"] = world.token(OTHER_CLIENT)


@step(
    pattern(
        r"the request body is set by default to a request body compliant with the schema at "
        r'"/components/schemas/(?P<schema>\w+)"'
    )
)
@step(pattern(r'a request body compliant with the schema at "/components/schemas/(?P<schema>\w+)"'))
def _(world: World, schema: str) -> None:
    world.body = world.default_body(schema)


@step("the request body is set to a valid request body")
def _(world: World) -> None:
    # The background set one; operations without a body (getQosProfile) have none.
    if world.resource.endswith("/extend"):
        world.body = world.default_body("ExtendSessionDuration")


@step("the request body is set to {}")
def _(world: World) -> None:
    world.body = {}


@step("the request body is not included")
def _(world: World) -> None:
    world.body = None


@step(
    pattern(
        r"the request body is set to any value which is not compliant with the schema at "
        r'"/components/schemas/(?P<schema>\w+)"'
    )
)
def _(world: World, schema: str) -> None:
    world.body = WRONG_BODIES[schema]


@step(pattern(r'the request (body )?property +"(?P<path>[^"]+)" is not included'))
def _(world: World, path: str) -> None:
    world.body.pop(path.removeprefix("$."))


@step(
    pattern(
        r'the request body properties "\$\.(?P<one>\w+)" and "\$\.(?P<two>\w+)" are not included'
    )
)
def _(world: World, one: str, two: str) -> None:
    for name in (one, two):
        world.body.pop(name, None)


@step(pattern(r'the request body property "(?P<path>[^"]+)" is set to:? \{\}'))
def _(world: World, path: str) -> None:
    set_at(world.body, path, {})


@step('the request body property "$.applicationServer" is set to a valid application server')
@step(
    'the request body property "$.duration" is set to a valid duration for the selected QoS profile'
)
@step(
    'the request property "$.qosProfile" is set to a valid QoS Profile as returned by QoS Profiles '
    "API"
)
def _(world: World) -> None:
    # The default body has valid ones.
    assert world.profile(world.body["qosProfile"])["status"] == "ACTIVE"


@step('the request body property "$.device" is set to a valid device')
def _(world: World) -> None:
    world.body["device"] = world.device


@step(
    pattern(
        r'the request body property "(?P<path>[^"]+)" does not comply with the OAS schema at '
        r'".*components/schemas/\w+"'
    )
)
def _(world: World, path: str) -> None:
    name = path.rpartition(".")[2]
    world.body["device"] = {name: WRONG_IDENTIFIERS[name]}


@step(
    'the request body property "$.device" is compliant with the schema but does not identify a '
    "valid device"
)
def _(world: World) -> None:
    world.set_support("UNKNOWN")


@step("that some types of device identifiers are not supported by the implementation")
def _(world: World) -> None:
    assert world.environment.operator.settings.unsupported_identifiers


@step(
    'the request body property "$.device" only includes device identifiers not supported by the '
    "implementation"
)
def _(world: World) -> None:
    world.body["device"] = {"networkAccessIdentifier": "123456789@example.com"}


@step("that the service is not available for all devices commercialized by the operator")
def _() -> None:
    pass


@step(
    "a valid device, identified by the token or provided in the request body, for which the "
    "service is not applicable"
)
def _(world: World) -> None:
    world.set_support("NOT_APPLICABLE")


@step(
    "a device for which the service is not applicable, provided in the request body or identified "
    "by the access token"
)
def _(world: World) -> None:
    # Row "no profiles": the same words lead to 422 in scenario C01.07.
    world.set_support("NO_PROFILES")


@step(
    "a valid testing device supported by the service, identified by the token or provided in the "
    "request body"
)
@step(
    "a valid testing device supported by the service, identified by the token or provided in the "
    "request body with no QoS active sessions associated"
)
def _(world: World) -> None:
    assert world.body["device"] == world.device


@step(
    "a valid testing device supported by the service, identified by the token or provided in the "
    "request body, with QoS active sessions associated"
)
def _(world: World) -> None:
    world.create()


@step(words('the request body property "{path}" is set to a value not between between 0 and 65535'))
def _(world: World, path: str) -> None:
    if path.startswith("$.device.ipv4Address"):
        world.body["device"] = {"ipv4Address": {"publicAddress": "84.125.93.10"}}
    set_at(world.body, path, 65536)


@step(
    pattern(
        r'the request body property +"\$\.sinkCredential\.credentialType" is set to "(?P<kind>\w+)"'
    )
)
@step(
    pattern(r'the request property "\$\.sinkCredential\.credentialType" is set to "(?P<kind>\w+)"')
)
def _(world: World, kind: str) -> None:
    world.body |= world.sink()
    world.body["sinkCredential"]["credentialType"] = kind
    if kind == "PRIVATE_KEY_JWT":
        world.body["sinkCredential"] = {"credentialType": kind}


@step(
    'the request body property  "$.sinkCredential.accessTokenType" is set to a value other than "bearer"'
)
def _(world: World) -> None:
    world.body |= world.sink()
    world.body["sinkCredential"]["accessTokenType"] = "mac"


@step('the request property "$.sink" is set to a URL where events can be monitored')
@step('the request property "$.sinkCredential.accessTokenType" is set to "bearer"')
@step(
    'the request property "$.sinkCredential.accessToken" is set to a valid access token accepted by '
    "the events receiver"
)
def _(world: World) -> None:
    world.body |= world.sink()


@step("no PRIVATE_KEY_JWT configuration has been pre-shared for the notification endpoint")
def _() -> None:
    pass


@step('the request body property "qosProfile" is set to a non existent qos Profile')
def _(world: World) -> None:
    world.body["qosProfile"] = "QOS_NOBODY_HAS"


@step(
    'the request body property "duration" is set to an invalid duration for the selected qosProfile'
)
def _(world: World) -> None:
    world.body["duration"] = 1


@step("a QoD session already exists for that device")
def _(world: World) -> None:
    world.create()


@step("the requested QoS Profile exists but is not applicable for the session")
def _(world: World) -> None:
    world.body["qosProfile"] = INACTIVE


# --- application servers (1.2) -------------------------------------------------------------------

ADDRESSES = '"$.applicationServer.ipAddresses"'


@step(f"the request body property {ADDRESSES} exists")
def _(world: World) -> None:
    server = world.body["applicationServer"]
    world.body["applicationServer"] = server | {"ipAddresses": ["198.51.100.7", "2001:db8::7"]}


@step(f"the request body property {ADDRESSES} does not exist")
def _(world: World) -> None:
    world.body["applicationServer"].pop("ipAddresses", None)


@step(
    pattern(
        r'the request body property "\$\.applicationServer\.(?P<name>ipv[46]Address)" does not exist'
    )
)
def _(world: World, name: str) -> None:
    world.body["applicationServer"].pop(name, None)


@step(
    'the request body properties "$.applicationServer.ipv4Address" and/or '
    '"$.applicationServer.ipv6Address" exist and have valid values which include a subnet mask'
)
@step(
    'the request body properties "$.applicationServer.ipv4Address" and/or '
    '"$.applicationServer.ipv6Address" exist'
)
def _(world: World) -> None:
    world.body["applicationServer"] |= {
        "ipv4Address": "198.51.100.0/24",
        "ipv6Address": "2001:db8::/64",
    }


def alone(world: World, addresses: list[str]) -> None:
    """The list, and nothing else that would be refused before it."""
    world.body["applicationServer"] = {"ipAddresses": addresses}


@step(
    pattern(
        r'the number of items in request body array "\$\.applicationServer\.ipAddresses" is '
        r"(?P<relation>equal to|greater than|less than) (?P<number>\d+)"
    )
)
def _(world: World, relation: str, number: str) -> None:
    count = int(number) + {"equal to": 0, "greater than": 1, "less than": -1}[relation]
    alone(world, [f"198.51.100.{item}" for item in range(1, count + 1)])


@step(f"each item within request body array {ADDRESSES} is unique with no duplicated values")
@step(
    f"each item within request body array {ADDRESSES} is either a valid IPv4 address or valid IPv6 "
    "address"
)
def _(world: World) -> None:
    addresses = world.body["applicationServer"]["ipAddresses"]
    assert len(set(addresses)) == len(addresses)


@step(f"at least two items within request body array {ADDRESSES} have the same value")
def _(world: World) -> None:
    alone(world, ["198.51.100.7", "198.51.100.7"])


@step(
    f"at least one item within request body array {ADDRESSES} is not a valid single IPv4 address or "
    "single IPv6 address"
)
def _(world: World) -> None:
    alone(world, ["198.51.100.7", "198.51.100.999"])


@step(f"at least one item within request body array {ADDRESSES} contains the character '/'")
def _(world: World) -> None:
    alone(world, ["198.51.100.0/24"])


# --- sessions that exist -------------------------------------------------------------------------


@step('the path parameter "sessionId" is set by default to a existing QoS session sessionId')
@step("an existing QoS session created by operation createSession")
@step('an existing QoS session created by operation createSession with qosStatus "AVAILABLE"')
def _(world: World) -> None:
    if not world.session:
        world.create()
    assert world.session["qosStatus"] == "AVAILABLE"


@step('the path parameter "sessionId" is set to the value for that QoS session')
def _(world: World) -> None:
    assert world.path["sessionId"] == world.session["sessionId"]


@step('the path parameter "sessionId" has not a UUID format')
def _(world: World) -> None:
    world.path["sessionId"] = "not-a-uuid"


@step('the path parameter "sessionId" is set to a random UUID')
def _(world: World) -> None:
    world.path["sessionId"] = str(uuid4())


@step("an existing QoS session failed to be created in the last 360 seconds")
@step('an existing QoS session with qosStatus not "AVAILABLE"')
def _(world: World) -> None:
    world.environment.control("POST", "/next-creation", outcome="FAILED")
    world.device = {"phoneNumber": f"+3468{uuid4().int % 10**7:07d}"}
    world.create()
    assert world.session["qosStatus"] == "REQUESTED"


@step("a QoS session has been created successfully and includes a valid sink and sinkCredentials")
@step(
    'an existing QoS session created by operation createSession with provided values for "sink" and '
    '"sinkCredential", and with status "AVAILABLE"'
)
def _(world: World) -> None:
    world.device = {"phoneNumber": f"+3467{uuid4().int % 10**7:07d}"}
    world.create(**world.sink())


@step('the "maxDuration" for the QoS profile of the session as returned by "qos-profiles" API')
def _(world: World) -> None:
    assert longest(world) > 0


@step(
    'the request body property "$.requestedAdditionalDuration" is set to a valid additional session '
    "duration"
)
def _(world: World) -> None:
    world.body = {"requestedAdditionalDuration": 600}


@step(
    'the request body property "$.requestedAdditionalDuration" is set to a value that added to the '
    'existing QoS session "duration" exceeds the "maxDuration" for the QoS Profile'
)
def _(world: World) -> None:
    world.body = {"requestedAdditionalDuration": longest(world)}


# --- profiles ------------------------------------------------------------------------------------


@step('the path param "name" is set by default to an existing QoS profile name')
@step("an existing QoS profile")
@step('the path parameter "name" is set to the value for that QoS profile')
def _(world: World) -> None:
    world.path["name"] = "QOS_E"


@step('path parameter "name" does not match the regular expression "^[a-zA-Z0-9_.-]+$"')
def _(world: World) -> None:
    world.path["name"] = "QOS$E"


@step('path parameter "name" has a length not between 3 and 256')
def _(world: World) -> None:
    world.path["name"] = "Q" * 257


@step('the path parameter "name" is set to a random string compliant with the pattern')
def _(world: World) -> None:
    world.path["name"] = f"profile-{uuid4()}"


@step('the request body property "$.name" is set to an existing QoS profile name')
def _(world: World) -> None:
    world.body["name"] = "QOS_S"


@step(words('the request body property "$.status" is set to the value {status}'))
def _(world: World, status: str) -> None:
    world.body["status"] = status


@step("that implementation has QoS Profiles restricted to certain devices")
def _(world: World) -> None:
    assert world.environment.operator.profiles


@step(
    "a device suitable for the restricted QoS Profiles is provided in the request body or "
    "identified by the access token"
)
def _(world: World) -> None:
    world.body["device"] = RESTRICTED_DEVICE


@step("no device is provided in the request body or identified by the access token")
def _(world: World) -> None:
    world.body.pop("device", None)


# --- sending -------------------------------------------------------------------------------------


@step(words('a valid request for "{operation}"'))
def _(world: World, operation: str) -> None:
    assert operation in PAIRS


@step("the threshold of requests has been reached")
def _(world: World) -> None:
    # The other mock grants one call an hour; tokens of one are not tokens of the other.
    client = f"client-{uuid4()}"
    operator = world.environment.strict_operator
    world.root = world.environment.strict_root
    world.headers["Authorization"] = f"Bearer {operator.authority.token(client)}"
    for operation, method in PAIRS.items():
        if method == "GET" and operation == "getQosProfile":
            path = f"{operator.edition.profiles}/qos-profiles/QOS_E"
            world.environment.client.get(
                world.root + path, headers={"Authorization": world.headers["Authorization"]}
            )


@step(words('the request "{operation}" is sent'))
def _(world: World, operation: str) -> None:
    world.send(PAIRS[operation])


@step(words('the HTTP "{method}" request is sent'))
def _(world: World, method: str) -> None:
    world.send(method)


@step("the QoS status of the session becomes known")
def _(world: World) -> None:
    assert world.session["qosStatus"] == "AVAILABLE"


# --- answers -------------------------------------------------------------------------------------


@step(words("the response status code is {status:d}"))
def _(world: World, status: int) -> None:
    assert world.response is not None
    assert world.response.status_code == status, world.response.text


@step(
    pattern(
        r'the response header "x-correlator" has (the )?same value as the request header "x-correlator"'
    )
)
def _(world: World) -> None:
    assert world.response is not None
    assert world.response.headers["x-correlator"] == world.headers["x-correlator"]


@step('the response header "Content-Type" is "application/json"')
def _(world: World) -> None:
    assert world.response is not None
    if world.response.status_code == 204:
        # Row "204": an answer without a body has no media type (YAML: no content).
        assert "content-type" not in world.response.headers
        assert world.response.content == b""
    else:
        assert world.response.headers["content-type"] == "application/json"


@step(pattern(r'the response property "\$\.status" is (?P<status>\d+)'))
def _(world: World, status: str) -> None:
    assert world.answer["status"] == int(status)


@step(pattern(r'the response property "\$\.code" is "(?P<code>[\w.]+)"( or "(?P<other>[\w.]+)")?'))
def _(world: World, code: str, other: str | None, request: pytest.FixtureRequest) -> None:
    expected = {code, other or code}
    if "duration_is_not_valid_for_selected_qos_profile" in request.node.name:
        # Row "duration": the YAML has a code of its own for it.
        expected = {"QUALITY_ON_DEMAND.DURATION_OUT_OF_RANGE"}
    assert world.answer["code"] in expected, world.answer
    world.specification.check("ErrorInfo", world.answer)


@step(pattern(r'the response property "\$\.message" contains a user[ -]friendly text(Feature.*)?'))
def _(world: World) -> None:
    assert len(world.answer["message"]) > 5


@step(
    pattern(
        r'the response body complies with the OAS schema at "#?/components/schemas/(?P<name>\w+)"'
    )
)
def _(world: World, name: str) -> None:
    world.specification.check(name, world.answer)


@step(
    pattern(
        r"each item of the response array(, if any,)? complies with the OAS schema at "
        r'"/components/schemas/(?P<name>\w+)"'
    )
)
def _(world: World, name: str) -> None:
    # Row "array": getQosProfile answers with one object.
    items = world.answer if isinstance(world.answer, list) else [world.answer]
    for item in items:
        world.specification.check(name, item)


@step(
    "the response array has only one item which complies with the OAS schema at "
    '"/components/schemas/QosProfile"'
)
def _(world: World) -> None:
    (only,) = world.answer
    world.specification.check("QosProfile", only)


@step('the response property "$[0].name" value is equal to the request body property "$.name"')
def _(world: World) -> None:
    assert world.answer[0]["name"] == world.body["name"]


@step('the response property "$.name" value is equal to path param "name"')
def _(world: World) -> None:
    assert world.answer["name"] == world.path["name"]


@step(
    pattern(
        r'each item of the response array, if any, has property "\$\[\*\]\.status" equal to (?P<status>\w+)'
    )
)
def _(world: World, status: str) -> None:
    assert all(item["status"] == status for item in world.answer)
    assert status == "DEPRECATED" or world.answer


@step("the restricted QoS Profiles are returned in the response")
def _(world: World) -> None:
    assert RESTRICTED in [item["name"] for item in world.answer]


@step("no restricted QoS Profile is included in the response")
def _(world: World) -> None:
    names = [item["name"] for item in world.answer]
    assert names
    assert RESTRICTED not in names


@step("the response body is []")
def _(world: World) -> None:
    assert world.answer == []


@step('the response property "$.device" does not exist')
def _(world: World) -> None:
    assert "device" not in world.answer


@step('the response property "$.qosStatus" is "UNAVAILABLE"')
def _(world: World) -> None:
    assert world.answer["qosStatus"] == "UNAVAILABLE"


@step(words('the response property "$.{name}" matches the rule: {condition}'))
@step(
    pattern(r'the response property "\$\.(?P<name>\w+)" (?P<condition>(exists only if|has the).*)')
)
def _(world: World, name: str, condition: str) -> None:
    said = world.created_with or world.body
    check_rule(said, world.answer, name, condition)


@step(pattern(r'in all items in the response, property "(?P<name>\w+)" (?P<condition>.*)'))
def _(world: World, name: str, condition: str) -> None:
    assert world.answer
    for item in world.answer:
        check_rule(world.created_with, item, name, condition)


def check_rule(said: dict[str, Any], info: dict[str, Any], name: str, condition: str) -> None:
    """The rules that hold beyond the schema of `SessionInfo`."""
    if "provided" in condition or "same value" in condition or "has the value" in condition:
        assert info.get(name) == said.get(name)
    elif name == "startedAt":
        assert ("startedAt" in info) == (info["qosStatus"] == "AVAILABLE")
        assert moment(info["startedAt"]) <= datetime.now(UTC)
    elif name == "expiresAt":
        assert ("expiresAt" in info) == (info["qosStatus"] != "REQUESTED")
        assert moment(info["expiresAt"]) > moment(info["startedAt"])
    else:
        assert name == "statusInfo"
        assert ("statusInfo" in info) == (info["qosStatus"] == "UNAVAILABLE")


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


@step(
    'the response property "$.duration" is not lower than request property '
    '"$.requestedAdditionalDuration"'
)
def _(world: World) -> None:
    assert world.answer["duration"] >= world.body["requestedAdditionalDuration"]


@step('the response property "$.duration" does not exceed the "maxDuration" for the QoS Profile')
def _(world: World) -> None:
    assert world.session["duration"] < world.answer["duration"] <= longest(world)


def longest(world: World) -> int:
    limit = world.profile(world.session["qosProfile"])["maxDuration"]
    assert limit["unit"] == "Hours"
    return 3600 * limit["value"]


# --- events --------------------------------------------------------------------------------------


@step('an event is received at the address of the request property "$.sink"')
def _(world: World) -> None:
    world.event = world.environment.receiver.about(world.session["sessionId"])[-1]


@step('an event is received at the address of the "$.sink" provided for createSession')
def _(world: World) -> None:
    # The creation was an event too.
    world.event = world.environment.receiver.about(world.session["sessionId"], count=2)[-1]


def event(world: World) -> dict[str, Any]:
    assert world.event is not None
    return world.event[1]


@step(pattern(r'the event header "Authorization" is set to "Bearer " \+ the value of the .*'))
def _(world: World) -> None:
    assert world.event is not None
    token = world.created_with["sinkCredential"]["accessToken"]
    assert world.event[0]["Authorization"] == f"Bearer {token}"


@step('the event header "Content-Type" is set to "application/cloudevents+json"')
def _(world: World) -> None:
    assert world.event is not None
    assert world.event[0]["Content-Type"] == "application/cloudevents+json"


@step('the event body complies with the OAS schema at "/components/schemas/EventQosStatusChanged"')
def _(world: World) -> None:
    world.specification.check("EventQosStatusChanged", event(world))


@step('the event body property "$.id" is unique')
def _(world: World) -> None:
    ids = [item[1]["id"] for item in world.environment.receiver.received]
    assert len(set(ids)) == len(ids)


@step('the event body property "$.type" is set to "org.camaraproject.qod.v1.qos-status-changed"')
def _(world: World) -> None:
    # Row "event type": the YAML has the API's full name in it.
    expected = "org.camaraproject.quality-on-demand.v1.qos-status-changed"
    assert event(world)["type"] == expected


@step(
    'the event body property "$.data.sessionId" has the same value as createSession response property "$.sessionId"'
)
@step('the event body property "$.data.sessionId" as returned for createSession')
def _(world: World) -> None:
    assert event(world)["data"]["sessionId"] == world.session["sessionId"]


@step(
    pattern(r'the event body property "\$\.data\.qosStatus" is "(?P<one>\w+)"( or "(?P<two>\w+)")?')
)
def _(world: World, one: str, two: str | None) -> None:
    assert event(world)["data"]["qosStatus"] in (one, two)


@step('the event body property "$.data.statusInfo" is "DELETE_REQUESTED"')
def _(world: World) -> None:
    assert event(world)["data"]["statusInfo"] == "DELETE_REQUESTED"


@step(
    'the event body property "$.data.statusInfo" exists only if "$.data.qosStatus" is "UNAVAILABLE"'
)
def _(world: World) -> None:
    data = event(world)["data"]
    assert ("statusInfo" in data) == (data["qosStatus"] == "UNAVAILABLE")


#: pytest-bdd keeps step definitions as fixtures with names of its own, which `import *` takes.
__all__ = [name for name in globals() if name.startswith(StepNamePrefix.step_def.value)]
