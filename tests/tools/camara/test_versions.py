"""One client, both versions of the APIs, and what is told where the operator serves the other."""

import asyncio
from typing import Any

import httpx2
import pytest

from camara_qod.tools.camara.client import AsyncQodClient, QodClient
from camara_qod.tools.camara.edition import EDITIONS, ApiVersion
from camara_qod.tools.camara.errors import InvalidArgument, NotFound
from camara_qod.tools.camara.models import (
    CreateSession,
    ExtendSessionDuration,
    QosProfileDeviceRequest,
    RetrieveSessionsInput,
)
from camara_qod.tools.operations import perform
from camara_qod.tools.operator.app import create_app
from camara_qod.tools.operator.in_process import API_ROOT, InProcessTransport
from camara_qod.tools.operator.settings import OperatorSettings

WIRE: dict[str, Any] = {
    "device": {"phoneNumber": "+351966666666"},
    "applicationServer": {"ipv4Address": "203.0.113.100"},
    "qosProfile": "QOS_E",
    "duration": 600,
}
BODY = CreateSession.model_validate(WIRE)


def client(spoken: ApiVersion, served: ApiVersion) -> QodClient:
    app = create_app(settings=OperatorSettings(open=True, api_version=served))
    return QodClient(API_ROOT, api_version=spoken, transport=InProcessTransport(app))


@pytest.mark.parametrize("version", list(EDITIONS))
def test_every_operation_in_each_version(version: ApiVersion) -> None:
    api = client(version, version)
    made = api.create_session(BODY)
    assert api.get_session(made.session_id).session_id == made.session_id
    longer = ExtendSessionDuration(requested_additional_duration=60)
    assert api.extend_qos_session_duration(made.session_id, longer).duration == 660
    listed = api.retrieve_sessions_by_device(RetrieveSessionsInput(device=BODY.device))
    assert [one.session_id for one in listed] == [made.session_id]
    assert len(api.retrieve_qos_profiles(QosProfileDeviceRequest())) == 4
    assert api.get_qos_profile("QOS_E").name == "QOS_E"
    api.delete_session(made.session_id)


def test_the_asynchronous_client_too() -> None:
    async def scenario() -> None:
        app = create_app(settings=OperatorSettings(open=True, api_version="1.2"))
        transport = httpx2.ASGITransport(app=app)
        async with AsyncQodClient(API_ROOT, api_version="1.2", transport=transport) as api:
            assert (await api.create_session(BODY)).duration == 600

    asyncio.run(scenario())


def test_a_body_that_the_version_does_not_allow_is_not_sent() -> None:
    body = CreateSession.model_validate(WIRE | {"devicePorts": {"ports": [0]}})
    assert client("1.1", "1.1").create_session(body)
    with pytest.raises(InvalidArgument, match="devicePorts"):
        client("1.2", "1.2").create_session(body)


@pytest.mark.parametrize(("spoken", "served"), [("1.1", "1.2"), ("1.2", "1.1")])
@pytest.mark.parametrize(
    ("operation", "arguments"),
    [
        ("createSession", WIRE),
        ("getSession", {"sessionId": "3fa85f64-5717-4562-b3fc-2c963f66afa6"}),
        ("deleteSession", {"sessionId": "3fa85f64-5717-4562-b3fc-2c963f66afa6"}),
        ("retrieveSessionsByDevice", {"device": WIRE["device"]}),
        ("retrieveQoSProfiles", {}),
        ("getQosProfile", {"name": "QOS_E"}),
    ],
)
def test_an_operator_of_the_other_version_is_no_ended_session(
    spoken: ApiVersion, served: ApiVersion, operation: str, arguments: dict[str, Any]
) -> None:
    result = perform(operation, arguments, client(spoken, served))
    assert isinstance(result.error, NotFound)
    assert "QOD_API_VERSION" in result.advice


def test_what_is_absent_under_the_right_root_is_told_apart() -> None:
    api = client("1.1", "1.1")
    session = {"sessionId": "3fa85f64-5717-4562-b3fc-2c963f66afa6"}
    assert "ended" in perform("getSession", session, api).advice
    advice = perform("getQosProfile", {"name": "GOLD"}, api).advice
    assert "QOS_E, QOS_S" in advice
    assert "ended" not in advice


def test_an_extension_that_was_capped_says_what_was_asked_and_what_is() -> None:
    api = client("1.1", "1.1")
    made = api.create_session(BODY)
    arguments = {"sessionId": str(made.session_id), "requestedAdditionalDuration": 60}
    assert perform("extendQosSessionDuration", arguments, api).advice == ""
    arguments["requestedAdditionalDuration"] = 86400
    advice = perform("extendQosSessionDuration", arguments, api).advice
    assert advice == (
        "Asked for 1 day more; the session now lasts 12 hours in all, the most that QOS_E allows."
    )
