"""Decision to API call. A further operation is a further row."""

from collections.abc import Callable
from typing import Any

from camara_qod.tools.camara.client import AsyncQodClient, QodClient
from camara_qod.tools.camara.errors import CamaraError
from camara_qod.tools.camara.models import CreateSession
from camara_qod.tools.interpreter.decision import Interpretation
from camara_qod.tools.outcome import Outcome

#: For each operationId, the call on either client; on the async one the result is awaited.
_CALLS: dict[str, Callable[[Any, dict[str, Any]], Any]] = {
    "createSession": lambda client, arguments: client.create_session(
        CreateSession.model_validate(arguments)
    ),
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
        session = _call(interpretation, client)
    except CamaraError as error:
        return Outcome(interpretation, outcome.body, sent=True, error=error)
    return Outcome(interpretation, outcome.body, sent=True, session=session)


async def aexecute(interpretation: Interpretation, client: AsyncQodClient) -> Outcome:
    """`execute` for asynchronous code."""
    outcome = dry_run(interpretation)
    if outcome.body is None:
        return outcome
    try:
        session = await _call(interpretation, client)
    except CamaraError as error:
        return Outcome(interpretation, outcome.body, sent=True, error=error)
    return Outcome(interpretation, outcome.body, sent=True, session=session)


def _call(interpretation: Interpretation, client: QodClient | AsyncQodClient) -> Any:
    decision = interpretation.decision
    return _CALLS[decision.operation](client, decision.arguments)
