"""One request to the operator, and what follows when it goes wrong.

A refusal is looked into, so that a person is told the next sensible step; a change whose answer was
lost is looked up and never repeated blindly. What to call is decided here, without doing it: the
steps are a generator, which a synchronous and an asynchronous caller drive alike.
"""

from collections.abc import Generator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import tzinfo
from typing import Any

from camara_qod.tools.camara.client import UNKNOWN
from camara_qod.tools.camara.edition import EDITIONS, ApiVersion
from camara_qod.tools.camara.errors import CamaraError, NotFound, TooManyRequests
from camara_qod.tools.camara.models import QosProfile, QosProfileStatus, SessionInfo
from camara_qod.tools.errors import NoSuchApi, OutcomeUnknown, QodError, TransportError
from camara_qod.tools.granted import granted_text
from camara_qod.tools.wording import Answer, profile_text, session_text, spoken

#: Longest pause that is waited out before a single retry, in seconds.
LONGEST_WAIT = 10.0


@dataclass(frozen=True)
class Call:
    """An operation to call, in the version of the API in use or in another one."""

    operation: str
    arguments: dict[str, Any]
    api_version: ApiVersion | None = None


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
_EXTEND = "extendQosSessionDuration"


def carry_out(operation: str, arguments: dict[str, Any], zone: tzinfo | None = None) -> Steps:
    """The steps of one request.

    Args:
        operation: operationId.
        arguments: as decided.
        zone: in which advice tells times; by default the machine's.

    Raises:
        TransportError: the operator could not be reached; `OutcomeUnknown` where it cannot be found
            out either whether the request was carried out, `NoSuchApi` where it has no such API.
    """
    try:
        return (yield from _tried(operation, arguments, zone))
    except TooManyRequests as error:
        return (yield from _after_pause(operation, arguments, error, zone))


def _tried(operation: str, arguments: dict[str, Any], zone: tzinfo | None) -> Steps:
    """One try, and what follows from it; only too many calls are left to the caller."""
    before = yield from _length_before(operation, arguments)
    try:
        answer = yield Call(operation, arguments)
    except TooManyRequests:
        raise
    except OutcomeUnknown as error:
        return (yield from _found_out(operation, arguments, error))
    except NoSuchApi as error:
        raise (yield from _told_apart(operation, error)) from error
    except NotFound as error:
        return (yield from _not_found(operation, arguments, error, zone))
    except CamaraError as error:
        return (yield from _advised(operation, arguments, error, zone))
    return Result(answer, advice=granted_text(operation, arguments, before, answer))


def _length_before(
    operation: str, arguments: dict[str, Any]
) -> Generator[Call | Wait, Answer, int | None]:
    """How long a session is that is to be extended: the answer alone does not tell what was added.

    In seconds; `None` where it is not known.
    """
    if operation != _EXTEND:
        return None
    try:
        session = yield Call("getSession", {"sessionId": arguments["sessionId"]})
    except QodError:
        return None  # what is wrong, the extension itself will tell
    return session.duration if isinstance(session, SessionInfo) else None


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
        return (yield from _tried(operation, arguments, zone))
    except TooManyRequests as again:
        return Result(error=again, advice="Still too many calls: ask again later.")


def _advised(
    operation: str, arguments: dict[str, Any], error: CamaraError, zone: tzinfo | None
) -> Steps:
    look_into = _LOOKUPS.get((operation, error.code))
    if look_into is not None:
        with suppress(QodError):
            return Result(error=error, advice=(yield from look_into(arguments, zone)))
    trouble = "The operator is in trouble: try again later." if error.status >= 500 else ""
    return Result(error=error, advice=advice(operation, error.code) or trouble)


def advice(operation: str, code: str) -> str:
    """What to do about a refusal that needs no looking into; empty where nothing is known.

    Args:
        operation: operationId of what was refused.
        code: CAMARA's.
    """
    return _ADVICE.get((operation, code)) or _ADVICE.get(("", code), "")


# --- 404: the API, or something in it -------------------------------------------------------------


def _not_found(
    operation: str, arguments: dict[str, Any], error: NotFound, zone: tzinfo | None
) -> Steps:
    """Some operators say of a path that they do not serve what they say of a session that is gone.

    Where the API is, it lists what there is; so it is asked for that.
    """
    if error.code == "NOT_FOUND":
        try:
            yield Call(_listing(operation), {})
        except NoSuchApi as missing:
            raise (yield from _told_apart(operation, missing)) from error
        except QodError:
            pass  # it is there, and says something else
    return (yield from _advised(operation, arguments, error, zone))


def _told_apart(operation: str, missing: NoSuchApi) -> Generator[Call | Wait, Answer, NoSuchApi]:
    """The error, which names the version that the operator has instead, if it has one."""
    for name in EDITIONS:
        if name != missing.api_version and (yield from _is_served(_listing(operation), name)):
            return NoSuchApi(
                f"The operator serves version {name} of the API and not {missing.api_version}: "
                f"set QOD_API_VERSION={name}.",
                missing.api_version,
            )
    return missing


def _is_served(listing: str, api_version: ApiVersion) -> Generator[Call | Wait, Answer, bool]:
    try:
        yield Call(listing, {}, api_version)
    except CamaraError as error:
        # A gateway in trouble, or one that turns everybody away, tells nothing about the API.
        return error.code != UNKNOWN and error.status < 500 and error.status != 429
    except QodError:
        return False
    return True


def _listing(operation: str) -> str:
    """The operation that lists what there is in the same API."""
    profiles = operation in ("retrieveQoSProfiles", "getQosProfile")
    return "retrieveQoSProfiles" if profiles else "retrieveSessionsByDevice"


# --- refusals that can be looked into -------------------------------------------------------------


def _session_in_the_way(arguments: dict[str, Any], zone: tzinfo | None) -> _Lookup:
    found = yield _sessions_of_device(arguments)
    texts = [session_text(item, zone) for item in found or [] if isinstance(item, SessionInfo)]
    if not texts:
        return "Another client holds a session for this device: try again when it has ended."
    return (
        f"In the way: {' '.join(texts)} Extend it, or delete it first and ask again to replace it."
    )


def _sessions_of_device(arguments: dict[str, Any]) -> Call:
    """Of the device that is named, or else that the token stands for."""
    device = {name: item for name, item in arguments.items() if name == "device"}
    return Call("retrieveSessionsByDevice", device)


def _limits(arguments: dict[str, Any], _: tzinfo | None) -> _Lookup:
    profile = yield Call("getQosProfile", {"name": arguments["qosProfile"]})
    return profile_text(profile) if isinstance(profile, QosProfile) else ""


def _active_profiles(_arguments: dict[str, Any], _zone: tzinfo | None) -> _Lookup:
    found = yield Call("retrieveQoSProfiles", {})
    names = [
        item.name
        for item in found or []
        if isinstance(item, QosProfile) and item.status is QosProfileStatus.ACTIVE
    ]
    return f"Ask for one of those in service: {', '.join(names)}." if names else ""


def _device_or_profile(arguments: dict[str, Any], zone: tzinfo | None) -> _Lookup:
    profiles = yield from _active_profiles(arguments, zone)
    return f"Check the device and the profile. {profiles}".strip()


def _state(arguments: dict[str, Any], zone: tzinfo | None) -> _Lookup:
    session = yield Call("getSession", {"sessionId": arguments["sessionId"]})
    text = session_text(session, zone) if isinstance(session, SessionInfo) else ""
    return f"{text} Ask for a new session instead."


_LOOKUPS = {
    ("createSession", "CONFLICT"): _session_in_the_way,
    ("createSession", "NOT_FOUND"): _device_or_profile,
    ("getQosProfile", "NOT_FOUND"): _active_profiles,
    ("createSession", "QUALITY_ON_DEMAND.DURATION_OUT_OF_RANGE"): _limits,
    ("createSession", "QUALITY_ON_DEMAND.QOS_PROFILE_NOT_APPLICABLE"): _active_profiles,
    (_EXTEND, "QUALITY_ON_DEMAND.SESSION_EXTENSION_NOT_ALLOWED"): _state,
}
_GONE = "It may have ended a while ago: list the device's sessions."
_UNKNOWN_DEVICE = "The operator does not know this device: check the number or address."
#: By operationId and code; what holds for all operations stands under "".
_ADVICE = {
    ("", "UNAUTHENTICATED"): (
        "The access token is missing, wrong or expired: set QOD_TOKEN to a new one, or "
        "QOD_OAUTH_ISSUER and its client to have them got."
    ),
    ("", "PERMISSION_DENIED"): "The token does not allow this, or the session is another client's.",
    ("", "IDENTIFIER_NOT_FOUND"): _UNKNOWN_DEVICE,
    ("", "SERVICE_NOT_APPLICABLE"): "This operator cannot give this device a better connection.",
    ("", "UNSUPPORTED_IDENTIFIER"): "Name the device by its phone number or IP address instead.",
    ("", "UNNECESSARY_IDENTIFIER"): "The access token stands for one device already.",
    ("", "QUOTA_EXCEEDED"): "The quota with this operator is used up.",
    ("createSession", "NOT_FOUND"): "Check the device and the profile.",
    ("getSession", "NOT_FOUND"): _GONE,
    ("deleteSession", "NOT_FOUND"): _GONE,
    (_EXTEND, "NOT_FOUND"): _GONE,
    ("retrieveSessionsByDevice", "NOT_FOUND"): _UNKNOWN_DEVICE,
    ("retrieveQoSProfiles", "NOT_FOUND"): _UNKNOWN_DEVICE,
    ("getQosProfile", "NOT_FOUND"): "List the operator's profiles.",
}


# --- changes whose answer was lost ----------------------------------------------------------------


def _found_out(operation: str, arguments: dict[str, Any], lost: OutcomeUnknown) -> Steps:
    """Whether the change was made; it is not repeated."""
    try:
        return (yield from _FIND_OUT[operation](arguments))
    except (CamaraError, TransportError) as error:
        raise lost if not isinstance(error, OutcomeUnknown) else error from None


def _was_created(arguments: dict[str, Any]) -> Steps:
    found = yield _sessions_of_device(arguments)
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
    _EXTEND: _was_extended,
}
