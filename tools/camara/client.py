"""Client of the quality-on-demand and qos-profiles APIs, sync and async.

Nothing is retried: what may be repeated is for the caller to decide. Where the answer to a request
that changes something was lost, the error is `OutcomeUnknown`, so that nobody repeats it blindly.
"""

from collections.abc import Callable
from copy import copy
from dataclasses import dataclass
from functools import lru_cache
from types import TracebackType
from typing import Any, Generic, Self, TypeVar
from urllib.parse import quote
from uuid import UUID, uuid4

import httpx2
from pydantic import SecretStr, TypeAdapter, ValidationError

from camara_qod.tools.camara.edition import EDITIONS, ApiVersion, Edition
from camara_qod.tools.camara.errors import CamaraError, error_class
from camara_qod.tools.camara.models import (
    CreateSession,
    Device,
    ErrorInfo,
    ExtendSessionDuration,
    QosProfile,
    QosProfileDeviceRequest,
    Request,
    RetrieveSessionsInput,
    SessionInfo,
)
from camara_qod.tools.camara.oauth.auth import CALL, Called, OAuth
from camara_qod.tools.camara.oauth.login_hint import login_hint
from camara_qod.tools.camara.oauth.steps import driven
from camara_qod.tools.camara.sendable import header_secret
from camara_qod.tools.camara.surroundings import of_environment
from camara_qod.tools.errors import (
    AuthorizationFailed,
    NoSuchApi,
    OutcomeUnknown,
    QodError,
    SettingsError,
    TransportError,
)
from camara_qod.tools.faults import faults

#: The code of a refusal whose body is not CAMARA's `ErrorInfo`.
UNKNOWN = "UNKNOWN"
#: Digits of a `Retry-After`; nine are thirty years.
_LONGEST_COUNT = 9

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
    session: str | None = None
    device: Device | None = None

    @property
    def base(self) -> str:
        """The base path of its API: `/quality-on-demand/v1`."""
        return "/".join(self.path.split("/")[:3])

    @property
    def asks_for_all(self) -> bool:
        """Whether it retrieves whatever there is, so that only the API itself can be missing."""
        return self.body is not None and not self.body.wire()


_PROFILE = TypeAdapter(QosProfile)
_PROFILE_LIST = TypeAdapter(list[QosProfile])
_NOTHING: TypeAdapter[None] = TypeAdapter(None)


class _Calls:
    """The calls of one version of the APIs."""

    def __init__(self, edition: Edition) -> None:
        self._edition = edition
        info: Any = edition.session_info
        self._session: TypeAdapter[SessionInfo] = TypeAdapter(info)
        self._sessions: TypeAdapter[list[SessionInfo]] = TypeAdapter(list[info])

    def create(self, body: CreateSession) -> _Call[SessionInfo]:
        sent = self._edition.body(self._edition.create_session, body)
        path = f"{self._edition.sessions}/sessions"
        return _Call(
            "createSession", "POST", path, self._session, sent, changes=True, device=sent.device
        )

    def get(self, session_id: UUID | str) -> _Call[SessionInfo]:
        path = self._one(session_id)
        return _Call("getSession", "GET", path, self._session, session=_id(session_id))

    def delete(self, session_id: UUID | str) -> _Call[None]:
        path = self._one(session_id)
        return _Call(
            "deleteSession", "DELETE", path, _NOTHING, changes=True, session=_id(session_id)
        )

    def extend(self, session_id: UUID | str, body: ExtendSessionDuration) -> _Call[SessionInfo]:
        sent = self._edition.body(self._edition.extend_session, body)
        path = f"{self._one(session_id)}/extend"
        return _Call(
            "extendQosSessionDuration",
            "POST",
            path,
            self._session,
            sent,
            changes=True,
            session=_id(session_id),
        )

    def retrieve(self, body: RetrieveSessionsInput) -> _Call[list[SessionInfo]]:
        sent = self._edition.body(self._edition.retrieve_sessions, body)
        path = f"{self._edition.sessions}/retrieve-sessions"
        return _Call(
            "retrieveSessionsByDevice", "POST", path, self._sessions, sent, device=sent.device
        )

    def profiles(self, body: QosProfileDeviceRequest) -> _Call[list[QosProfile]]:
        sent = self._edition.body(self._edition.profile_request, body)
        path = f"{self._edition.profiles}/retrieve-qos-profiles"
        return _Call("retrieveQoSProfiles", "POST", path, _PROFILE_LIST, sent, device=sent.device)

    def profile(self, name: str) -> _Call[QosProfile]:
        path = f"{self._edition.profiles}/qos-profiles/{_part(name)}"
        return _Call("getQosProfile", "GET", path, _PROFILE)

    def _one(self, session_id: UUID | str) -> str:
        return f"{self._edition.sessions}/sessions/{_part(session_id)}"


_calls_of = lru_cache(_Calls)


def _id(value: UUID | str) -> str:
    return str(value).lower()


def _part(value: UUID | str) -> str:
    return quote(str(value), safe="")


class _Wire:
    """What both clients share: requests out, answers and failures in."""

    def __init__(
        self, api_root: str, token: SecretStr | None, auth: OAuth | None, api_version: ApiVersion
    ) -> None:
        self._api_root = api_root.rstrip("/")
        self.edition = EDITIONS[api_version]
        self._token = None if token is None else _sendable(token)
        self._auth = auth
        #: Whose consent the tokens of a session's calls stand for, where consent is asked.
        self._hints: dict[str, str] = {}

    def speaking(self, api_version: ApiVersion) -> Self:
        """A client of another version of the APIs, over the same connections."""
        other = copy(self)
        other.edition = EDITIONS[api_version]
        return other

    @property
    def _calls(self) -> _Calls:
        return _calls_of(self.edition)

    def _request(self, call: _Call[Any], x_correlator: str | None) -> dict[str, Any]:
        headers = {"x-correlator": x_correlator or str(uuid4()), "accept": "application/json"}
        if self._token is not None:
            headers["authorization"] = f"Bearer {self._token.get_secret_value()}"
        hint = self._hint(call)
        return {
            "method": call.method,
            "url": self._api_root + call.path,
            "headers": headers,
            "json": self._body(call, hint),
            "auth": self._auth,
            "extensions": {CALL: Called(call.operation, hint)},
        }

    def _body(self, call: _Call[Any], hint: str | None) -> dict[str, Any] | None:
        """The body, without the device where the token stands for it: CAMARA refuses both."""
        if call.body is None:
            return None
        body = call.body.wire()
        return {name: value for name, value in body.items() if name != "device" or not hint}

    def _hint(self, call: _Call[Any]) -> str | None:
        """The device whose user has to agree to a call, as a `login_hint`."""
        if self._auth is None or self._auth.grant != "ciba":
            return None
        if call.device is not None:
            return login_hint(call.device)
        return self._hints.get(call.session) if call.session else None

    def _learn(self, call: _Call[Any], answer: Any) -> None:
        """Which sessions a user has agreed to: later calls about them are on the same consent."""
        if hint := self._hint(call):
            found = answer if isinstance(answer, list) else [answer]
            known = [_id(one.session_id) for one in found if isinstance(one, SessionInfo)]
            self._hints |= dict.fromkeys(known, hint)

    def _failure(self, call: _Call[Any], error: httpx2.HTTPError) -> TransportError:
        reason = str(error) or type(error).__name__
        if isinstance(error, httpx2.RequestError) and CALL not in error.request.extensions:
            return self._no_token(call.operation, error)
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

    @staticmethod
    def _no_token(operation: str, error: httpx2.HTTPError) -> AuthorizationFailed:
        reason = str(error) or type(error).__name__
        return AuthorizationFailed(
            f"{operation} was not sent: {error.request.url.host} gave no access token ({reason}). "
            "Check QOD_OAUTH_ISSUER and the network."
        )

    def _answer(self, call: _Call[T], response: httpx2.Response) -> T:
        if not response.is_success:
            raise self._refusal(call, response)
        try:
            # Nested request models forbid unknown fields; in an answer they are tolerated.
            content = response.content or b"null"
            answer = call.answer.validate_json(content, extra="ignore")
        except ValidationError as error:
            kind = OutcomeUnknown if call.changes else TransportError
            raise kind(
                f"{call.operation} was answered {response.status_code} with a body that is not "
                f"CAMARA's: {faults(error, call.answer)}. Check QOD_API_ROOT, and that it "
                f"serves {self._api(call)} (QOD_API_VERSION)."
            ) from error
        self._learn(call, answer)
        return answer

    def _refusal(self, call: _Call[Any], response: httpx2.Response) -> QodError:
        error = _camara_error(response)
        nothing = error.code == UNKNOWN or (error.code == "NOT_FOUND" and call.asks_for_all)
        if error.status == 404 and nothing:
            return NoSuchApi(
                f"{call.operation} found no {self._api(call)} under {self._api_root}. Check "
                f"QOD_API_ROOT, which is the URL before {call.base}, and QOD_API_VERSION.",
                self.edition.name,
            )
        return error

    def _api(self, call: _Call[Any]) -> str:
        """The API of a call, by name and version."""
        return f"{call.base.split('/')[1]} {self.edition.version}"


def _sendable(token: SecretStr) -> SecretStr:
    try:
        return header_secret(token)
    except ValueError as error:
        raise SettingsError(f"The access token cannot be sent: {error}.") from error


def _camara_error(response: httpx2.Response) -> CamaraError:
    try:
        info = ErrorInfo.model_validate_json(response.content)
        code, message = info.code, info.message
    except ValidationError:
        code, message = UNKNOWN, response.reason_phrase or "no explanation"
    return error_class(response.status_code)(
        response.status_code,
        code,
        message,
        x_correlator=response.headers.get("x-correlator"),
        retry_after=_seconds(response.headers.get("retry-after", "")),
    )


def _seconds(wait: str) -> float | None:
    """Of a `Retry-After`; a date is taken as not told, and so is what no clock counts to."""
    counted = wait.isascii() and wait.isdigit() and len(wait) <= _LONGEST_COUNT
    return float(wait) if counted else None


class QodClient(_Wire):
    """Synchronous client.

    Args:
        api_root: the operator's root URL, without the API's base path.
        token: OAuth 2 access token.
        auth: gets tokens instead, where it is given.
        api_version: of both APIs, which decides paths; bodies of either are sent as it has them.
        timeout: seconds to wait for each step of a request.
        transport: an `httpx2` transport, for tests and for the operator in-process.

    Every method takes `x_correlator`, an id for tracing that is made up where it is left out, and
    raises `CamaraError` where the operator refuses, `TransportError` where it cannot be reached
    (`AuthorizationFailed` where its OpenID provider gives no token, so that nothing was asked),
    `NoSuchApi` where it has no such API in this version, `OutcomeUnknown` where a change may or may
    not have been made, and `InvalidRequest` where this version does not take the body.

    Raises:
        SettingsError: no header can hold the token, or a proxy or the certificates of the
            environment cannot be used.
    """

    def __init__(
        self,
        api_root: str,
        *,
        token: SecretStr | None = None,
        auth: OAuth | None = None,
        api_version: ApiVersion = "1.1",
        timeout: float = 10.0,
        transport: httpx2.BaseTransport | None = None,
    ) -> None:
        super().__init__(api_root, token, auth, api_version)
        with of_environment():
            self._http = httpx2.Client(timeout=timeout, transport=transport)

    def watch(
        self,
        asked: Callable[[httpx2.Request], None],
        answered: Callable[[httpx2.Response], None],
    ) -> None:
        """Have functions called with each request that goes out and with each answer to it.

        Those to the OpenID provider, whose `extensions` name no call (`CALL`), are among them.
        """
        self._http.event_hooks["request"].append(asked)
        self._http.event_hooks["response"].append(answered)

    def _send(self, call: _Call[T], x_correlator: str | None) -> T:
        try:
            response = self._http.request(**self._request(call, x_correlator))
        except httpx2.HTTPError as error:
            raise self._failure(call, error) from error
        return self._answer(call, response)

    def authorize(self, operation: str) -> None:
        """Get a token for an operation without calling it, where tokens are got.

        Raises:
            AuthorizationFailed: there is none to be had.
        """
        if self._auth is None:
            return
        try:
            driven(self._auth.obtained(Called(operation)), self._http)
        except httpx2.HTTPError as error:
            raise self._no_token(operation, error) from error

    def create_session(
        self, body: CreateSession, *, x_correlator: str | None = None
    ) -> SessionInfo:
        """`createSession`."""
        return self._send(self._calls.create(body), x_correlator)

    def get_session(
        self, session_id: UUID | str, *, x_correlator: str | None = None
    ) -> SessionInfo:
        """`getSession`."""
        return self._send(self._calls.get(session_id), x_correlator)

    def delete_session(self, session_id: UUID | str, *, x_correlator: str | None = None) -> None:
        """`deleteSession`."""
        self._send(self._calls.delete(session_id), x_correlator)

    def extend_qos_session_duration(
        self,
        session_id: UUID | str,
        body: ExtendSessionDuration,
        *,
        x_correlator: str | None = None,
    ) -> SessionInfo:
        """`extendQosSessionDuration`."""
        return self._send(self._calls.extend(session_id, body), x_correlator)

    def retrieve_sessions_by_device(
        self, body: RetrieveSessionsInput, *, x_correlator: str | None = None
    ) -> list[SessionInfo]:
        """`retrieveSessionsByDevice`."""
        return self._send(self._calls.retrieve(body), x_correlator)

    def retrieve_qos_profiles(
        self, body: QosProfileDeviceRequest, *, x_correlator: str | None = None
    ) -> list[QosProfile]:
        """`retrieveQoSProfiles`."""
        return self._send(self._calls.profiles(body), x_correlator)

    def get_qos_profile(self, name: str, *, x_correlator: str | None = None) -> QosProfile:
        """`getQosProfile`."""
        return self._send(self._calls.profile(name), x_correlator)

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
        auth: OAuth | None = None,
        api_version: ApiVersion = "1.1",
        timeout: float = 10.0,
        transport: httpx2.AsyncBaseTransport | None = None,
    ) -> None:
        super().__init__(api_root, token, auth, api_version)
        with of_environment():
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
        return await self._send(self._calls.create(body), x_correlator)

    async def get_session(
        self, session_id: UUID | str, *, x_correlator: str | None = None
    ) -> SessionInfo:
        """`getSession`."""
        return await self._send(self._calls.get(session_id), x_correlator)

    async def delete_session(
        self, session_id: UUID | str, *, x_correlator: str | None = None
    ) -> None:
        """`deleteSession`."""
        await self._send(self._calls.delete(session_id), x_correlator)

    async def extend_qos_session_duration(
        self,
        session_id: UUID | str,
        body: ExtendSessionDuration,
        *,
        x_correlator: str | None = None,
    ) -> SessionInfo:
        """`extendQosSessionDuration`."""
        return await self._send(self._calls.extend(session_id, body), x_correlator)

    async def retrieve_sessions_by_device(
        self, body: RetrieveSessionsInput, *, x_correlator: str | None = None
    ) -> list[SessionInfo]:
        """`retrieveSessionsByDevice`."""
        return await self._send(self._calls.retrieve(body), x_correlator)

    async def retrieve_qos_profiles(
        self, body: QosProfileDeviceRequest, *, x_correlator: str | None = None
    ) -> list[QosProfile]:
        """`retrieveQoSProfiles`."""
        return await self._send(self._calls.profiles(body), x_correlator)

    async def get_qos_profile(self, name: str, *, x_correlator: str | None = None) -> QosProfile:
        """`getQosProfile`."""
        return await self._send(self._calls.profile(name), x_correlator)

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
