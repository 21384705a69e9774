"""What follows when a request goes wrong, against the mock operator and its control API."""

import httpx2
import pytest

from camara_qod.tools.camara.client import AsyncQodClient, QodClient
from camara_qod.tools.camara.models import QosProfileStatus
from camara_qod.tools.errors import OutcomeUnknown
from camara_qod.tools.operations import aperform, perform
from camara_qod.tools.operator.app import Operator
from camara_qod.tools.operator.in_process import API_ROOT, InProcessTransport
from camara_qod.tools.operator.network import Fault, Network

DEVICE = {"phoneNumber": "+351966666666"}
BODY = {
    "device": DEVICE,
    "applicationServer": {"ipv4Address": "203.0.113.100"},
    "qosProfile": "QOS_E",
    "duration": 600,
}


class Losing(httpx2.BaseTransport):
    """Loses the answers to some methods, after or before the work is done."""

    def __init__(self, inner: httpx2.BaseTransport, methods: str, *, carried_out: bool) -> None:
        self.inner = inner
        self.methods = methods
        self.carried_out = carried_out

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        creation = request.url.path.endswith(("/sessions", "/extend")) or request.method == "DELETE"
        if request.method in self.methods and creation:
            if self.carried_out:
                self.inner.handle_request(request)
            raise httpx2.ReadTimeout("lost")
        return self.inner.handle_request(request)


@pytest.fixture
def operator() -> Operator:
    return Operator()


@pytest.fixture
def network(operator: Operator) -> Network:
    return operator.network


@pytest.fixture
def transport(operator: Operator):
    transport = InProcessTransport(operator.app)
    yield transport
    transport.close()


@pytest.fixture
def client(transport) -> QodClient:
    return QodClient(API_ROOT, transport=transport)


def test_a_conflict_shows_the_session_in_the_way(client: QodClient) -> None:
    first = perform("createSession", BODY, client).answer
    result = perform("createSession", BODY, client)
    assert result.error
    assert result.error.code == "CONFLICT"
    assert str(first.session_id) in result.advice
    assert "delete it first" in result.advice


def test_a_conflict_where_the_token_stands_for_the_device(
    client: QodClient, network: Network
) -> None:
    network.add_fault(Fault(operation="createSession", status=409))
    without = {name: item for name, item in BODY.items() if name != "device"}
    result = perform("createSession", without, client)
    assert (result.error.code, result.advice) == ("CONFLICT", "")


def test_a_shorter_session_than_was_asked_for_is_told(transport) -> None:
    class Short(httpx2.BaseTransport):
        def handle_request(self, request: httpx2.Request) -> httpx2.Response:
            answer = transport.handle_request(request)
            return httpx2.Response(201, json=answer.json() | {"duration": 300})

    result = perform("createSession", BODY, QodClient(API_ROOT, transport=Short()))
    assert result.advice == "Asked for 10 minutes, granted 5 minutes."


def test_a_session_or_device_that_is_not_there_when_one_is_created(
    client: QodClient, network: Network
) -> None:
    network.add_fault(Fault(operation="createSession", status=404))
    advice = perform("createSession", BODY, client).advice
    assert advice.startswith("Check the device and the profile. Ask for one of those in service: ")


def test_limits_are_named(client: QodClient) -> None:
    result = perform("createSession", BODY | {"duration": 10**6}, client)
    assert "to 12 hours" in result.advice
    assert result.error
    assert result.error.message == "duration: QOS_E allows 1 minute to 12 hours."


def test_profiles_in_service_are_listed(client: QodClient, operator: Operator) -> None:
    profile = operator.profiles._catalogue.get("QOS_E")
    operator.profiles._catalogue._profiles["QOS_E"] = profile.model_copy(
        update={"status": QosProfileStatus.INACTIVE}
    )
    result = perform("createSession", BODY, client)
    assert result.error.code == "QUALITY_ON_DEMAND.QOS_PROFILE_NOT_APPLICABLE"
    assert "QOS_S, QOS_M, QOS_L" in result.advice


def test_a_session_that_cannot_be_extended(client: QodClient, operator: Operator) -> None:
    session = perform("createSession", BODY, client).answer
    operator.network.move_clock(601)
    arguments = {"sessionId": str(session.session_id), "requestedAdditionalDuration": 60}
    result = perform("extendQosSessionDuration", arguments, client)
    assert "UNAVAILABLE" in result.advice
    assert "new session" in result.advice


def test_a_short_pause_is_waited_out(client: QodClient, network: Network, monkeypatch) -> None:
    pauses = []
    monkeypatch.setattr("camara_qod.tools.operations.time.sleep", pauses.append)
    network.add_fault(Fault(operation="createSession", status=429, retry_after=3))
    assert perform("createSession", BODY, client).answer
    assert pauses == [3.0]


def test_a_long_pause_is_told(client: QodClient, network: Network) -> None:
    network.add_fault(Fault(operation="createSession", status=429, retry_after=300))
    result = perform("createSession", BODY, client)
    assert result.advice == "Too many calls: ask again in 5 minutes."


@pytest.mark.parametrize(
    ("status", "words"), [(401, "QOD_TOKEN"), (403, "does not allow"), (503, "try again later")]
)
def test_other_refusals_say_what_to_do(
    client: QodClient, network: Network, status: int, words: str
) -> None:
    network.add_fault(Fault(status=status))
    assert words in perform("createSession", BODY, client).advice


def test_a_lost_answer_to_a_creation_is_found_out(transport) -> None:
    lossy = QodClient(API_ROOT, transport=Losing(transport, "POST", carried_out=True))
    result = perform("createSession", BODY, lossy)
    assert result.answer.qos_profile == "QOS_E"
    assert "lost" in result.advice
    found = perform("retrieveSessionsByDevice", {"device": DEVICE}, lossy).answer
    assert len(found) == 1, "it was not repeated"


def test_a_creation_that_never_happened(transport) -> None:
    lossy = QodClient(API_ROOT, transport=Losing(transport, "POST", carried_out=False))
    with pytest.raises(OutcomeUnknown, match="Ask again"):
        perform("createSession", BODY, lossy)


def test_lost_answers_to_deletion_and_extension(client: QodClient, transport) -> None:
    session = str(perform("createSession", BODY, client).answer.session_id)
    lossy = QodClient(API_ROOT, transport=Losing(transport, "POST DELETE", carried_out=True))
    longer = {"sessionId": session, "requestedAdditionalDuration": 60}
    assert perform("extendQosSessionDuration", longer, lossy).answer.duration == 660
    gone = perform("deleteSession", {"sessionId": session}, lossy)
    assert gone.answer is None
    assert "gone" in gone.advice


async def test_asynchronously_too(operator: Operator) -> None:
    client = AsyncQodClient(API_ROOT, transport=httpx2.ASGITransport(app=operator.app))
    first = (await aperform("createSession", BODY, client)).answer
    result = await aperform("createSession", BODY, client)
    assert str(first.session_id) in result.advice
