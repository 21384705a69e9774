"""From what was pointed at to a complete decision: one row of steps for each operation."""

from collections.abc import Mapping

from camara_qod.tools.interpreter.completing.draft import Draft, Step, finish
from camara_qod.tools.interpreter.completing.duration import duration_step, extension_step
from camara_qod.tools.interpreter.completing.ends import (
    device_step,
    owner_step,
    ports_step,
    server_step,
)
from camara_qod.tools.interpreter.completing.profile import name_step, profile_step
from camara_qod.tools.interpreter.completing.session import session_step, sink_step
from camara_qod.tools.interpreter.context import Context
from camara_qod.tools.interpreter.decision import CLARIFY, DECLINE, Completed, Decision
from camara_qod.tools.interpreter.operations import (
    ARGUMENTS,
    CREATE,
    DELETE,
    EXTEND,
    GET,
    GET_PROFILE,
    LIST,
    LIST_PROFILES,
)
from camara_qod.tools.interpreter.reading.mention import Mention

STEPS: dict[str, tuple[Step, ...]] = {
    CREATE: (device_step, server_step, ports_step, profile_step, duration_step, sink_step),
    GET: (session_step,),
    DELETE: (session_step,),
    EXTEND: (session_step, extension_step),
    LIST: (owner_step,),
    LIST_PROFILES: (),
    GET_PROFILE: (name_step,),
}


def complete(
    chosen: Decision, context: Context, pointed: Mapping[str, tuple[Mention, ...]] | None = None
) -> Completed:
    """Fill in defaults, the operator's profile name and nothing else; ask for what is missing.

    Args:
        chosen: values on the wire, `null` for what was not said.
        context: the conversation.
        pointed: the mentions behind them, by argument.
    """
    if chosen.operation == DECLINE:
        return Completed(Decision(DECLINE))
    body = {name: value for name, value in chosen.arguments.items() if value is not None}
    completed = finish(
        chosen.operation, Draft(body, context, pointed or {}), STEPS[chosen.operation]
    )
    if completed.decision.operation == CLARIFY:
        return completed
    model = ARGUMENTS[chosen.operation]
    arguments = model.model_validate(completed.decision.arguments).wire()  # type: ignore[attr-defined]
    return Completed(Decision(chosen.operation, arguments), completed.assumptions)
