"""Deciding alone: nothing is sent to the operator."""

from fastapi import APIRouter, Request

from camara_qod.agent.service.callers import Decides
from camara_qod.agent.service.wire import DecisionBody, Words, decision_body
from camara_qod.tools.operations import dry_run

router = APIRouter(prefix="/v1", tags=["decisions"])


@router.post("/decisions", operation_id="decide")
def decide(words: Words, request: Request, caller: Decides) -> DecisionBody:
    """Decide for what a person said; nothing is sent."""
    made = request.app.state.service.plugin.interpreter.interpret(words.messages)
    return decision_body(made, dry_run(made).text)
