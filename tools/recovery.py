"""One request to the operator, and what follows when it goes wrong.

A refusal is looked into, so that a person is told the next sensible step; a change whose answer was
lost is looked up and never repeated blindly. What to call is decided here, without doing it: the
steps are a generator, which a synchronous and an asynchronous caller drive alike.
"""

from collections.abc import Generator, Mapping
from dataclasses import dataclass
from datetime import tzinfo
from typing import Any

from camara_qod.tools.camara.errors import CamaraError, NotFound, TooManyRequests
from camara_qod.tools.camara.models import QosProfile, QosProfileStatus, SessionInfo
from camara_qod.tools.errors import OutcomeUnknown, QodError, TransportError
from camara_qod.tools.wording import Answer, profile_text, session_text, spoken

#: Longest pause that is waited out before a single retry, in seconds.
LONGEST_WAIT = 10.0


@dataclass(frozen=True)
class Call:
    """An operation to call."""

    operation: str
    arguments: dict[str, Any]


@dataclass(frozen=True)
class Wait:
    """A pause, in seconds."""

    seconds: float


@dataclass(frozen=True)
class Result:
    """What came of a request: an answer, or an error with advice on what to do next."""

    answer: Answer = None
    error: CamaraError | None = None
    advice: str = ""


Steps = Generator[Call | Wait, Answer, Result]
_Lookup = Generator[Call | Wait, Answer, str]


def carry_out(operation: str, arguments: dict[str, Any], zone: tzinfo | None = None) -> Steps:
    """The steps of one request.

    Args:
        operation: operationId.
        arguments: as decided.
        zone: in which advice tells times; by default the machine's.

    Raises:
        TransportError: the operator could not be reached; `OutcomeUnknown` where it cannot be found
            out either whether the request was carried out.
    """
    try:
        answer = yield Call(operation, arguments)
    except TooManyRequests as error:
        return (yield from _after_pause(operation, arguments, error, zone))
    except OutcomeUnknown as error:
        return (yield from _found_out(operation, arguments, error))
    except CamaraError as error:
        return (yield from _advised(operation, arguments, error, zone))
    if operation == "extendQosSessionDuration" and isinstance(answer, SessionInfo):
        return Result(answer, advice=(yield from _granted(arguments, answer)))
    return Result(answer)


def _granted(arguments: dict[str, Any], session: SessionInfo) -> _Lookup:
    """That a session now lasts as long as its profile allows; less may be granted than asked."""
    try:
        profile = yield Call("getQosProfile", {"name": session.qos_profile})
    except QodError:
        return ""
    longest = profile.max_duration if isinstance(profile, QosProfile) else None
    if longest is None or longest.seconds is None or session.duration < longest.seconds:
        return ""
    asked = spoken(arguments["requestedAdditionalDuration"])
    return (
        f"Asked for {asked} more; the session now lasts {spoken(session.duration)} in all, the "
        f"most that {session.qos_profile} allows."
    )


def found_out(operation: str, arguments: dict[str, Any]) -> Steps:
    """The steps to find out whether a change was made, where nobody knows.

    Args:
        operation: operationId of a call that changes something.
        arguments: as they were, or were about to be, sent.
    """
    lost = OutcomeUnknown("Nobody knows whether the operator has carried it out.")
    return _found_out(operation, arguments, lost)


def _after_pause(
    operation: str, arguments: dict[str, Any], error: TooManyRequests, zone: tzinfo | None
) -> Steps:
    wait = error.retry_after
    if wait is None or wait > LONGEST_WAIT:
        when = "a while" if wait is None else spoken(round(wait))
        return Result(error=error, advice=f"Too many calls: ask again in {when}.")
    yield Wait(wait)
    try:
        return Result((yield Call(operation, arguments)))
    except TooManyRequests as again:
        return Result(error=again, advice="Still too many calls: ask again later.")
    except OutcomeUnknown as lost:
        return (yield from _found_out(operation, arguments, lost))
    except CamaraError as refused:
        return (yield from _advised(operation, arguments, refused, zone))


def _advised(
    operation: str, arguments: dict[str, Any], error: CamaraError, zone: tzinfo | None
) -> Steps:
    if isinstance(error, NotFound) and (error.code == "UNKNOWN" or _is_elsewhere(operation, error)):
        return Result(error=error, advice=_ELSEWHERE)
    look_into = _LOOKUPS.get((operation, error.code))
    if look_into is None:
        general = "The operator is in trouble: try again later." if error.status >= 500 else ""
        return Result(error=error, advice=_ADVICE.get(error.code, general))
    try:
        return Result(error=error, advice=(yield from look_into(arguments, zone)))
    except QodError:
        return Result(error=error)


# --- refusals that can be looked into -------------------------------------------------------------


def _session_in_the_way(arguments: dict[str, Any], zone: tzinfo | None) -> _Lookup:
    found = yield Call("retrieveSessionsByDevice", {"device": arguments["device"]})
    texts = [session_text(item, zone) for item in found or [] if isinstance(item, SessionInfo)]
    if not texts:
        return "Another client holds a session for this device: try again when it has ended."
    return (
        f"In the way: {' '.join(texts)} Extend it, or delete it first and ask again to replace it."
    )


def _limits(arguments: dict[str, Any], _: tzinfo | None) -> _Lookup:
    profile = yield Call("getQosProfile", {"name": arguments["qosProfile"]})
    return profile_text(profile) if isinstance(profile, QosProfile) else ""


def _active_profiles(_arguments: dict[str, Any], _zone: tzinfo | None) -> _Lookup:
    try:
        found = yield Call("retrieveQoSProfiles", {})
    except NotFound:
        return _ELSEWHERE
    names = [
        item.name
        for item in found or []
        if isinstance(item, QosProfile) and item.status is QosProfileStatus.ACTIVE
    ]
    return f"Ask for one of those in service: {', '.join(names)}." if names else ""


def _ended(_arguments: dict[str, Any], _zone: tzinfo | None) -> _Lookup:
    """An ended session, unless nothing else is found under this root either."""
    try:
        yield Call("retrieveQoSProfiles", {})
    except NotFound:
        return _ELSEWHERE
    except QodError:
        pass
    return "It may have ended a while ago: list the device's sessions."


def _is_elsewhere(operation: str, error: CamaraError) -> bool:
    """Whether what was not found is the API itself: these name nothing else."""
    return error.code == "NOT_FOUND" and operation in _WITHOUT_PATH


_WITHOUT_PATH = frozenset({"createSession", "retrieveSessionsByDevice", "retrieveQoSProfiles"})
_ELSEWHERE = (
    "The API is not found under this root: check QOD_API_ROOT, and that QOD_API_VERSION is the "
    "operator's."
)


def _state(arguments: dict[str, Any], zone: tzinfo | None) -> _Lookup:
    session = yield Call("getSession", {"sessionId": arguments["sessionId"]})
    text = session_text(session, zone) if isinstance(session, SessionInfo) else ""
    return f"{text} Ask for a new session instead."


_LOOKUPS = {
    ("createSession", "CONFLICT"): _session_in_the_way,
    ("createSession", "QUALITY_ON_DEMAND.DURATION_OUT_OF_RANGE"): _limits,
    ("createSession", "QUALITY_ON_DEMAND.QOS_PROFILE_NOT_APPLICABLE"): _active_profiles,
    ("getQosProfile", "NOT_FOUND"): _active_profiles,
    ("getSession", "NOT_FOUND"): _ended,
    ("deleteSession", "NOT_FOUND"): _ended,
    ("extendQosSessionDuration", "NOT_FOUND"): _ended,
    (
        "extendQosSessionDuration",
        "QUALITY_ON_DEMAND.SESSION_EXTENSION_NOT_ALLOWED",
    ): _state,
}
_ADVICE = {
    "UNAUTHENTICATED": "The access token is missing, wrong or expired: set QOD_TOKEN to a new one.",
    "PERMISSION_DENIED": "The token does not allow this, or the session is another client's.",
    "IDENTIFIER_NOT_FOUND": "The operator does not know this device: check the number or address.",
    "SERVICE_NOT_APPLICABLE": "This operator cannot give this device a better connection.",
    "UNSUPPORTED_IDENTIFIER": "Name the device by its phone number or IP address instead.",
    "UNNECESSARY_IDENTIFIER": "The access token stands for one device already.",
    "QUOTA_EXCEEDED": "The quota with this operator is used up.",
}


# --- changes whose answer was lost ----------------------------------------------------------------


def _found_out(operation: str, arguments: dict[str, Any], lost: OutcomeUnknown) -> Steps:
    """Whether the change was made; it is not repeated."""
    try:
        return (yield from _FIND_OUT[operation](arguments))
    except (CamaraError, TransportError) as error:
        raise lost if not isinstance(error, OutcomeUnknown) else error from None


def _was_created(arguments: dict[str, Any]) -> Steps:
    found = yield Call("retrieveSessionsByDevice", {"device": arguments["device"]})
    sessions = [item for item in found or [] if isinstance(item, SessionInfo)]
    same = [item for item in sessions if is_for(item, arguments)]
    if same:
        return Result(same[-1], advice="The operator's answer was lost, but the session is there.")
    raise OutcomeUnknown(
        "The operator's answer was lost, and the device has no such session now: nothing seems to "
        "have been created. Ask again."
    )


def is_for(session: SessionInfo, arguments: Mapping[str, Any]) -> bool:
    """Whether a session of a device may be what a `createSession` for it made.

    Args:
        session: as it is at the operator.
        arguments: body of the `createSession`.
    """
    info = session.wire()
    names = ("applicationServer", "qosProfile", "devicePorts", "applicationServerPorts")
    return all(info.get(name) == arguments.get(name) for name in names)


def _was_deleted(arguments: dict[str, Any]) -> Steps:
    try:
        session = yield Call("getSession", arguments)
    except NotFound:
        return Result(None, advice="The operator's answer was lost, but the session is gone.")
    return Result(session, advice="The operator's answer was lost and the session still exists.")


def _was_extended(arguments: dict[str, Any]) -> Steps:
    session = yield Call("getSession", {"sessionId": arguments["sessionId"]})
    return Result(
        session, advice="The operator's answer was lost. This is how the session stands now."
    )


_FIND_OUT = {
    "createSession": _was_created,
    "deleteSession": _was_deleted,
    "extendQosSessionDuration": _was_extended,
}
