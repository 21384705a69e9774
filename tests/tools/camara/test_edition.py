"""The client in both versions of the APIs, against the mock operator in both."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest

from camara_qod.tools.camara.client import AsyncQodClient, QodClient
from camara_qod.tools.camara.edition import EDITIONS, ApiVersion
from camara_qod.tools.camara.models import CreateSession
from camara_qod.tools.camara.models_1_2 import CreateSession as CreateSession12
from camara_qod.tools.errors import InvalidRequest, NoSuchApi
from camara_qod.tools.operations import aperform, perform
from camara_qod.tools.operator.app import Operator
from camara_qod.tools.operator.in_process import API_ROOT, InProcessTransport
from camara_qod.tools.operator.settings import OperatorSettings

ID = "3fa85f64-5717-4562-b3fc-2c963f66afa6"
DEVICE = {"phoneNumber": "+351966666666"}
BODY = {
    "device": DEVICE,
    "applicationServer": {"ipv4Address": "203.0.113.100"},
    "applicationServerPorts": {"ports": [443]},
    "qosProfile": "QOS_E",
    "duration": 600,
}
CALLS: dict[str, dict[str, Any]] = {
    "createSession": BODY,
    "getSession": {"sessionId": ID},
    "deleteSession": {"sessionId": ID},
    "extendQosSessionDuration": {"sessionId": ID, "requestedAdditionalDuration": 60},
    "retrieveSessionsByDevice": {"device": DEVICE},
    "retrieveQoSProfiles": {},
    "getQosProfile": {"name": "QOS_E"},
}
OTHER: dict[str, ApiVersion] = {"1.1": "1.2", "1.2": "1.1"}


def operator(version: ApiVersion) -> Operator:
    return Operator(OperatorSettings(open=True, api_version=version))


@pytest.fixture(params=EDITIONS)
def version(request: pytest.FixtureRequest) -> ApiVersion:
    return request.param


@pytest.fixture
def transport(version: ApiVersion) -> Iterator[InProcessTransport]:
    transport = InProcessTransport(operator(version).app)
    yield transport
    transport.close()


def client(transport: httpx2.BaseTransport, version: ApiVersion) -> QodClient:
    return QodClient(API_ROOT, transport=transport, api_version=version)


@pytest.mark.parametrize(
    ("api", "base"), [("quality-on-demand", "sessions"), ("qos-profiles", "profiles")]
)
def test_base_paths_are_those_of_the_official_files(
    specs: Path, version: ApiVersion, api: str, base: str
) -> None:
    edition = EDITIONS[version]
    (document,) = (specs / api).glob(f"{edition.version}_*/{api}.yaml")
    assert f"{{apiRoot}}{getattr(edition, base)}" in words(document)


def words(document: Path) -> list[str]:
    """The words of a file without quotes."""
    return document.read_text(encoding="utf-8").replace("'", " ").replace('"', " ").split()


def test_the_life_of_a_session(transport: InProcessTransport, version: ApiVersion) -> None:
    api = client(transport, version)
    made = perform("createSession", BODY, api).answer
    assert type(made) is EDITIONS[version].session_info
    one = {"sessionId": str(made.session_id)}
    longer = perform("extendQosSessionDuration", one | {"requestedAdditionalDuration": 60}, api)
    assert (longer.answer.duration, longer.advice) == (660, "")
    assert perform("getSession", one, api).answer == longer.answer
    assert perform("retrieveSessionsByDevice", {"device": DEVICE}, api).answer == [longer.answer]
    assert perform("getQosProfile", {"name": "QOS_E"}, api).answer.name == "QOS_E"
    assert len(perform("retrieveQoSProfiles", {}, api).answer) == 4
    assert perform("deleteSession", one, api).error is None
    assert perform("getSession", one, api).error.code == "NOT_FOUND"


async def test_a_session_is_made_asynchronously_too(version: ApiVersion) -> None:
    wire = httpx2.ASGITransport(app=operator(version).app)
    async with AsyncQodClient(API_ROOT, transport=wire, api_version=version) as api:
        made = (await aperform("createSession", BODY, api)).answer
        assert type(made) is EDITIONS[version].session_info


@pytest.mark.parametrize("operation", CALLS)
def test_an_operator_of_the_other_version_is_named(
    transport: InProcessTransport, version: ApiVersion, operation: str
) -> None:
    other = OTHER[version]
    told = f"serves version {version} of the API and not {other}: set QOD_API_VERSION={version}."
    with pytest.raises(NoSuchApi, match=told):
        perform(operation, CALLS[operation], client(transport, other))


async def test_an_operator_of_the_other_version_is_named_asynchronously_too(
    version: ApiVersion,
) -> None:
    wire = httpx2.ASGITransport(app=operator(version).app)
    async with AsyncQodClient(API_ROOT, transport=wire, api_version=OTHER[version]) as api:
        with pytest.raises(NoSuchApi, match=f"set QOD_API_VERSION={version}."):
            await aperform("getSession", CALLS["getSession"], api)


NO_API = {"status": 404, "code": "NOT_FOUND", "message": "There is no such API under this root."}


@pytest.mark.parametrize(
    "answer",
    [
        lambda _: httpx2.Response(404, text="<html>not found</html>"),
        lambda _: httpx2.Response(404, json={"detail": "Not Found"}),
        lambda _: httpx2.Response(404, json=NO_API),
        lambda request: httpx2.Response(
            404 if EDITIONS["1.1"].sessions in str(request.url) else 503
        ),
    ],
    ids=["html", "json", "camara", "in trouble elsewhere"],
)
@pytest.mark.parametrize("operation", list(CALLS)[:5])
def test_a_wrong_root_is_neither_an_ended_session_nor_an_unknown_device(
    answer: Callable[[httpx2.Request], httpx2.Response], operation: str
) -> None:
    api = client(httpx2.MockTransport(answer), "1.1")
    with pytest.raises(NoSuchApi, match=r"quality-on-demand 1\.1\.0 under .* Check QOD_API_ROOT"):
        perform(operation, CALLS[operation], api)


@pytest.mark.parametrize("operation", list(CALLS)[5:])
def test_a_wrong_root_is_no_unknown_profile(operation: str) -> None:
    api = client(httpx2.MockTransport(lambda _: httpx2.Response(404, json=NO_API)), "1.1")
    with pytest.raises(NoSuchApi, match=r"qos-profiles 1\.1\.0 under .* Check QOD_API_ROOT"):
        perform(operation, CALLS[operation], api)


@pytest.mark.parametrize(
    ("operation", "arguments", "advice"),
    [
        *((name, CALLS[name], "It may have ended a while ago: list the device's sessions.")
          for name in ("getSession", "deleteSession", "extendQosSessionDuration")),
        ("getQosProfile", {"name": "QOS_X"},
         "Ask for one of those in service: QOS_E, QOS_S, QOS_M, QOS_L."),
    ],
)  # fmt: skip
def test_what_is_not_found_has_advice_of_its_own(
    transport: InProcessTransport,
    version: ApiVersion,
    operation: str,
    arguments: dict[str, Any],
    advice: str,
) -> None:
    result = perform(operation, arguments, client(transport, version))
    assert (result.error.code, result.advice) == ("NOT_FOUND", advice)


def test_a_body_is_sent_as_the_version_has_it_or_not_at_all() -> None:
    def never(_: httpx2.Request) -> httpx2.Response:
        raise AssertionError("sent")

    several = BODY | {"applicationServer": {"ipAddresses": ["203.0.113.100", "2001:db8::1"]}}
    newer, zero = CreateSession12.model_validate(several), {"ports": [0]}
    older = CreateSession.model_validate(BODY | {"applicationServerPorts": zero})
    for body, version, words in (
        (newer, "1.1", r"1\.1\.0 .*ipAddresses is not known here"),
        (older, "1.2", r"1\.2\.0-rc\.3 .*applicationServerPorts\.ports\.0: it should be greater"),
    ):
        with pytest.raises(InvalidRequest, match=words):
            client(httpx2.MockTransport(never), version).create_session(body)


def test_several_servers_of_the_newer_version() -> None:
    transport = InProcessTransport(operator("1.2").app)
    several = BODY | {"applicationServer": {"ipAddresses": ["203.0.113.100", "203.0.113.101"]}}
    made = perform("createSession", several, client(transport, "1.2")).answer
    assert made.wire()["applicationServer"] == several["applicationServer"]
    transport.close()
