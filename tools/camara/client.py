"""Client of the quality-on-demand and qos-profiles APIs, sync and async.

Nothing is retried: what may be repeated is for the caller to decide. Where the answer to a request
that changes something was lost, the error is `OutcomeUnknown`, so that nobody repeats it blindly.
"""

from dataclasses import dataclass
from types import TracebackType
from typing import Any, Generic, Self, TypeVar
from urllib.parse import quote
from uuid import UUID, uuid4

import httpx2
from pydantic import SecretStr, TypeAdapter, ValidationError

from camara_qod.tools.camara.errors import error_class
from camara_qod.tools.camara.models import (
    CreateSession,
    ErrorInfo,
    ExtendSessionDuration,
    QosProfile,
    QosProfileDeviceRequest,
    Request,
    RetrieveSessionsInput,
    SessionInfo,
)
from camara_qod.tools.errors import OutcomeUnknown, TransportError
from camara_qod.tools.faults import faults

SESSIONS = "/quality-on-demand/v1"
PROFILES = "/qos-profiles/v1"

T = TypeVar("T")


@dataclass(frozen=True)
class _Call(Generic[T]):
    """One request: its operationId, where it goes, and what answer it expects."""

    operation: str
    method: str
    path: str
    answer: TypeAdapter[T]
    body: Request | None = None
    changes: bool = False


_SESSION = TypeAdapter(SessionInfo)
_SESSION_LIST = TypeAdapter(list[SessionInfo])
_PROFILE = TypeAdapter(QosProfile)
_PROFILE_LIST = TypeAdapter(list[QosProfile])
_NOTHING: TypeAdapter[None] = TypeAdapter(None)


def _create(body: CreateSession) -> _Call[SessionInfo]:
    return _Call("createSession", "POST", f"{SESSIONS}/sessions", _SESSION, body, changes=True)


def _get(session_id: UUID | str) -> _Call[SessionInfo]:
    return _Call("getSession", "GET", f"{SESSIONS}/sessions/{_part(session_id)}", _SESSION)


def _delete(session_id: UUID | str) -> _Call[None]:
    path = f"{SESSIONS}/sessions/{_part(session_id)}"
    return _Call("deleteSession", "DELETE", path, _NOTHING, changes=True)


def _extend(session_id: UUID | str, body: ExtendSessionDuration) -> _Call[SessionInfo]:
    path = f"{SESSIONS}/sessions/{_part(session_id)}/extend"
    return _Call("extendQosSessionDuration", "POST", path, _SESSION, body, changes=True)


def _retrieve(body: RetrieveSessionsInput) -> _Call[list[SessionInfo]]:
    path = f"{SESSIONS}/retrieve-sessions"
    return _Call("retrieveSessionsByDevice", "POST", path, _SESSION_LIST, body)


def _profiles(body: QosProfileDeviceRequest) -> _Call[list[QosProfile]]:
    path = f"{PROFILES}/retrieve-qos-profiles"
    return _Call("retrieveQoSProfiles", "POST", path, _PROFILE_LIST, body)


def _profile(name: str) -> _Call[QosProfile]:
    return _Call("getQosProfile", "GET", f"{PROFILES}/qos-profiles/{_part(name)}", _PROFILE)


def _part(value: UUID | str) -> str:
    return quote(str(value), safe="")


class _Wire:
    """What both clients share: requests out, answers and failures in."""

    def __init__(self, api_root: str, token: SecretStr | None) -> None:
        self._api_root = api_root.rstrip("/")
        self._token = token

    def _request(self, call: _Call[Any], x_correlator: str | None) -> dict[str, Any]:
        headers = {"x-correlator": x_correlator or str(uuid4()), "accept": "application/json"}
        if self._token is not None:
            headers["authorization"] = f"Bearer {self._token.get_secret_value()}"
        return {
            "method": call.method,
            "url": self._api_root + call.path,
            "headers": headers,
            "json": None if call.body is None else call.body.wire(),
        }

    def _failure(self, call: _Call[Any], error: httpx2.HTTPError) -> TransportError:
        reason = str(error) or type(error).__name__
        never_sent = (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.PoolTimeout)
        if call.changes and not isinstance(error, never_sent):
            return OutcomeUnknown(
                f"{call.operation} got no answer from {self._api_root} ({reason}); it may have "
                "been carried out. Look the session up before you try again."
            )
        return TransportError(
            f"{call.operation} did not reach {self._api_root} ({reason}). Check QOD_API_ROOT and "
            "the network."
        )

    def _answer(self, call: _Call[T], response: httpx2.Response) -> T:
        if not response.is_success:
            raise _refusal(response)
        try:
            # Nested request models forbid unknown fields; in an answer they are tolerated.
            content = response.content or b"null"
            return call.answer.validate_json(content, extra="ignore")
        except ValidationError as error:
            kind = OutcomeUnknown if call.changes else TransportError
            raise kind(
                f"{call.operation} was answered {response.status_code} with a body that is not "
                f"CAMARA's: {faults(error, call.answer)}. Check that QOD_API_ROOT serves "
                "quality-on-demand v1."
            ) from error


def _refusal(response: httpx2.Response) -> Exception:
    try:
        info = ErrorInfo.model_validate_json(response.content)
        code, message = info.code, info.message
    except ValidationError:
        code, message = "UNKNOWN", response.reason_phrase or "no explanation"
    wait = response.headers.get("retry-after", "")
    return error_class(response.status_code)(
        response.status_code,
        code,
        message,
        x_correlator=response.headers.get("x-correlator"),
        retry_after=float(wait) if wait.isdigit() else None,
    )


class QodClient(_Wire):
    """Synchronous client.

    Args:
        api_root: the operator's root URL, without the API's base path.
        token: OAuth 2 access token.
        timeout: seconds to wait for each step of a request.
        transport: an `httpx2` transport, for tests and for the operator in-process.

    Every method takes `x_correlator`, an id for tracing that is made up where it is left out, and
    raises `CamaraError` where the operator refuses, `TransportError` where it cannot be reached,
    and `OutcomeUnknown` where a change may or may not have been made.
    """

    def __init__(
        self,
        api_root: str,
        *,
        token: SecretStr | None = None,
        timeout: float = 10.0,
        transport: httpx2.BaseTransport | None = None,
    ) -> None:
        super().__init__(api_root, token)
        self._http = httpx2.Client(timeout=timeout, transport=transport)

    def _send(self, call: _Call[T], x_correlator: str | None) -> T:
        try:
            response = self._http.request(**self._request(call, x_correlator))
        except httpx2.HTTPError as error:
            raise self._failure(call, error) from error
        return self._answer(call, response)

    def create_session(
        self, body: CreateSession, *, x_correlator: str | None = None
    ) -> SessionInfo:
        """`createSession`."""
        return self._send(_create(body), x_correlator)

    def get_session(
        self, session_id: UUID | str, *, x_correlator: str | None = None
    ) -> SessionInfo:
        """`getSession`."""
        return self._send(_get(session_id), x_correlator)

    def delete_session(self, session_id: UUID | str, *, x_correlator: str | None = None) -> None:
        """`deleteSession`."""
        self._send(_delete(session_id), x_correlator)

    def extend_qos_session_duration(
        self,
        session_id: UUID | str,
        body: ExtendSessionDuration,
        *,
        x_correlator: str | None = None,
    ) -> SessionInfo:
        """`extendQosSessionDuration`."""
        return self._send(_extend(session_id, body), x_correlator)

    def retrieve_sessions_by_device(
        self, body: RetrieveSessionsInput, *, x_correlator: str | None = None
    ) -> list[SessionInfo]:
        """`retrieveSessionsByDevice`."""
        return self._send(_retrieve(body), x_correlator)

    def retrieve_qos_profiles(
        self, body: QosProfileDeviceRequest, *, x_correlator: str | None = None
    ) -> list[QosProfile]:
        """`retrieveQoSProfiles`."""
        return self._send(_profiles(body), x_correlator)

    def get_qos_profile(self, name: str, *, x_correlator: str | None = None) -> QosProfile:
        """`getQosProfile`."""
        return self._send(_profile(name), x_correlator)

    def close(self) -> None:
        """Give the connections back."""
        self._http.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


class AsyncQodClient(_Wire):
    """Asynchronous client; arguments and errors as for `QodClient`."""

    def __init__(
        self,
        api_root: str,
        *,
        token: SecretStr | None = None,
        timeout: float = 10.0,
        transport: httpx2.AsyncBaseTransport | None = None,
    ) -> None:
        super().__init__(api_root, token)
        self._http = httpx2.AsyncClient(timeout=timeout, transport=transport)

    async def _send(self, call: _Call[T], x_correlator: str | None) -> T:
        try:
            response = await self._http.request(**self._request(call, x_correlator))
        except httpx2.HTTPError as error:
            raise self._failure(call, error) from error
        return self._answer(call, response)

    async def create_session(
        self, body: CreateSession, *, x_correlator: str | None = None
    ) -> SessionInfo:
        """`createSession`."""
        return await self._send(_create(body), x_correlator)

    async def get_session(
        self, session_id: UUID | str, *, x_correlator: str | None = None
    ) -> SessionInfo:
        """`getSession`."""
        return await self._send(_get(session_id), x_correlator)

    async def delete_session(
        self, session_id: UUID | str, *, x_correlator: str | None = None
    ) -> None:
        """`deleteSession`."""
        await self._send(_delete(session_id), x_correlator)

    async def extend_qos_session_duration(
        self,
        session_id: UUID | str,
        body: ExtendSessionDuration,
        *,
        x_correlator: str | None = None,
    ) -> SessionInfo:
        """`extendQosSessionDuration`."""
        return await self._send(_extend(session_id, body), x_correlator)

    async def retrieve_sessions_by_device(
        self, body: RetrieveSessionsInput, *, x_correlator: str | None = None
    ) -> list[SessionInfo]:
        """`retrieveSessionsByDevice`."""
        return await self._send(_retrieve(body), x_correlator)

    async def retrieve_qos_profiles(
        self, body: QosProfileDeviceRequest, *, x_correlator: str | None = None
    ) -> list[QosProfile]:
        """`retrieveQoSProfiles`."""
        return await self._send(_profiles(body), x_correlator)

    async def get_qos_profile(self, name: str, *, x_correlator: str | None = None) -> QosProfile:
        """`getQosProfile`."""
        return await self._send(_profile(name), x_correlator)

    async def aclose(self) -> None:
        """Give the connections back."""
        await self._http.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.aclose()
