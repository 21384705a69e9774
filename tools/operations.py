"""Decision to API call. A further operation is a further row."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import tzinfo
from functools import partial
from typing import Any

from camara_qod.tools.camara.client import AsyncQodClient, QodClient
from camara_qod.tools.errors import QodError
from camara_qod.tools.interpreter.decision import Interpretation
from camara_qod.tools.outcome import Outcome
from camara_qod.tools.recovery import Call, Result, Steps, Wait, carry_out, found_out

#: For each operationId, the call on either client; on the async one the result is awaited.
_CALLS: dict[str, Callable[[Any, dict[str, Any]], Any]] = {
    "createSession": lambda client, arguments: client.create_session(
        client.edition.body(client.edition.create_session, arguments)
    ),
    "getSession": lambda client, arguments: client.get_session(arguments["sessionId"]),
    "deleteSession": lambda client, arguments: client.delete_session(arguments["sessionId"]),
    "extendQosSessionDuration": lambda client, arguments: client.extend_qos_session_duration(
        arguments["sessionId"],
        client.edition.body(
            client.edition.extend_session,
            {name: item for name, item in arguments.items() if name != "sessionId"},
        ),
    ),
    "retrieveSessionsByDevice": lambda client, arguments: client.retrieve_sessions_by_device(
        client.edition.body(client.edition.retrieve_sessions, arguments)
    ),
    "retrieveQoSProfiles": lambda client, arguments: client.retrieve_qos_profiles(
        client.edition.profile_request()
    ),
    "getQosProfile": lambda client, arguments: client.get_qos_profile(arguments["name"]),
}


def _called(client: Any, call: Call) -> Any:
    """The answer to a call; on the async client to be awaited."""
    spoken = client if call.api_version is None else client.speaking(call.api_version)
    return _CALLS[call.operation](spoken, call.arguments)


def dry_run(interpretation: Interpretation, doubts: tuple[str, ...] = ()) -> Outcome:
    """The outcome of a decision that is not sent; `doubts` tell why it needs a person's word."""
    acts = interpretation.decision.acts
    body = interpretation.decision.arguments if acts else None
    return Outcome(interpretation, body=body, doubts=doubts)


def execute(
    interpretation: Interpretation, client: QodClient, zone: tzinfo | None = None
) -> Outcome:
    """Send what was decided, if it is a call.

    Args:
        interpretation: the decision.
        client: reaches the operator.
        zone: in which the outcome tells times; by default the machine's.

    Raises:
        TransportError: the operator could not be reached; `OutcomeUnknown` where the call may
            have been carried out. A refusal is no exception but part of the outcome.
        InvalidRequest: the version of the API in use does not take the arguments.
    """
    outcome = dry_run(interpretation)
    if outcome.body is None:
        return outcome
    result = perform(interpretation.decision.operation, outcome.body, client, zone)
    return _sent(outcome, result, zone)


async def aexecute(
    interpretation: Interpretation, client: AsyncQodClient, zone: tzinfo | None = None
) -> Outcome:
    """`execute` for asynchronous code."""
    outcome = dry_run(interpretation)
    if outcome.body is None:
        return outcome
    result = await aperform(interpretation.decision.operation, outcome.body, client, zone)
    return _sent(outcome, result, zone)


def _sent(outcome: Outcome, result: Result, zone: tzinfo | None) -> Outcome:
    return replace(
        outcome,
        sent=True,
        answer=result.answer,
        error=result.error,
        advice=result.advice,
        zone=zone,
    )


def perform(
    operation: str, arguments: dict[str, Any], client: QodClient, zone: tzinfo | None = None
) -> Result:
    """Call an operation, and do what follows when it goes wrong.

    Args:
        operation: operationId.
        arguments: on the wire.
        client: reaches the operator.
        zone: in which advice tells times; by default the machine's.

    Raises:
        TransportError: as `execute`.
        InvalidRequest: the version of the API in use does not take the arguments.
    """
    return _driven(carry_out(operation, arguments, zone), client)


def reconcile(operation: str, arguments: dict[str, Any], client: QodClient) -> Result:
    """Find out whether a change was made whose sending was cut off; it is not repeated.

    Raises:
        TransportError: the operator could not be reached; `OutcomeUnknown` where nothing seems to
            have been changed.
        CamaraError: the operator would not say.
    """
    return _driven(found_out(operation, arguments), client)


def _driven(steps: Steps, client: QodClient) -> Result:
    step = _advanced(partial(next, steps))
    while not isinstance(step, Result):
        move = partial(steps.send, None)
        if isinstance(step, Wait):
            time.sleep(step.seconds)
        else:
            try:
                move = partial(steps.send, _called(client, step))
            except QodError as error:
                move = partial(steps.throw, error)
        step = _advanced(move)
    return step


async def aperform(
    operation: str, arguments: dict[str, Any], client: AsyncQodClient, zone: tzinfo | None = None
) -> Result:
    """`perform` for asynchronous code."""
    steps = carry_out(operation, arguments, zone)
    step = _advanced(partial(next, steps))
    while not isinstance(step, Result):
        move = partial(steps.send, None)
        if isinstance(step, Wait):
            await asyncio.sleep(step.seconds)
        else:
            try:
                move = partial(steps.send, await _called(client, step))
            except QodError as error:
                move = partial(steps.throw, error)
        step = _advanced(move)
    return step


def _advanced(move: Callable[[], Any]) -> Call | Wait | Result:
    """The next step, or the result where there is none."""
    try:
        step: Call | Wait = move()
    except StopIteration as stop:
        result: Result = stop.value
        return result
    return step
