"""Decision to API call. A further operation is a further row."""

from collections.abc import Callable
from typing import Any

from camara_qod.tools.camara.client import AsyncQodClient, QodClient
from camara_qod.tools.camara.errors import CamaraError
from camara_qod.tools.camara.models import (
    CreateSession,
    ExtendSessionDuration,
    QosProfileDeviceRequest,
    RetrieveSessionsInput,
)
from camara_qod.tools.interpreter.decision import Interpretation
from camara_qod.tools.outcome import Outcome

#: For each operationId, the call on either client; on the async one the result is awaited.
_CALLS: dict[str, Callable[[Any, dict[str, Any]], Any]] = {
    "createSession": lambda client, arguments: client.create_session(
        CreateSession.model_validate(arguments)
    ),
    "getSession": lambda client, arguments: client.get_session(arguments["sessionId"]),
    "deleteSession": lambda client, arguments: client.delete_session(arguments["sessionId"]),
    "extendQosSessionDuration": lambda client, arguments: client.extend_qos_session_duration(
        arguments["sessionId"],
        ExtendSessionDuration(
            requested_additional_duration=arguments["requestedAdditionalDuration"]
        ),
    ),
    "retrieveSessionsByDevice": lambda client, arguments: client.retrieve_sessions_by_device(
        RetrieveSessionsInput.model_validate(arguments)
    ),
    "retrieveQoSProfiles": lambda client, arguments: client.retrieve_qos_profiles(
        QosProfileDeviceRequest()
    ),
    "getQosProfile": lambda client, arguments: client.get_qos_profile(arguments["name"]),
}


def dry_run(interpretation: Interpretation) -> Outcome:
    """The outcome of a decision that is not sent."""
    acts = interpretation.decision.acts
    return Outcome(interpretation, body=interpretation.decision.arguments if acts else None)


def execute(interpretation: Interpretation, client: QodClient) -> Outcome:
    """Send what was decided, if it is a call.

    Raises:
        TransportError: the operator could not be reached; `OutcomeUnknown` where the call may
            have been carried out. A refusal is no exception but part of the outcome.
    """
    outcome = dry_run(interpretation)
    if outcome.body is None:
        return outcome
    try:
        answer = _call(interpretation, client)
    except CamaraError as error:
        return Outcome(interpretation, outcome.body, sent=True, error=error)
    return Outcome(interpretation, outcome.body, sent=True, answer=answer)


async def aexecute(interpretation: Interpretation, client: AsyncQodClient) -> Outcome:
    """`execute` for asynchronous code."""
    outcome = dry_run(interpretation)
    if outcome.body is None:
        return outcome
    try:
        answer = await _call(interpretation, client)
    except CamaraError as error:
        return Outcome(interpretation, outcome.body, sent=True, error=error)
    return Outcome(interpretation, outcome.body, sent=True, answer=answer)


def _call(interpretation: Interpretation, client: QodClient | AsyncQodClient) -> Any:
    decision = interpretation.decision
    return _CALLS[decision.operation](client, decision.arguments)
