"""The end of an earlier conversation, for one who goes on with it."""

from collections.abc import Sequence

from langchain_core.messages import AIMessage, AnyMessage, HumanMessage

from camara_qod.agent.history import REJECTED
from camara_qod.tools.proposal import NOT_SENT


def recap(messages: Sequence[AnyMessage], most: int = 3) -> list[str]:
    """What was said last, a line for each time that somebody spoke.

    Args:
        messages: of the conversation, oldest first.
        most: how many turns of the human's to go back.
    """
    turns = [place for place, item in enumerate(messages) if isinstance(item, HumanMessage)]
    if not turns:
        return []
    start = turns[-most:][0]
    return [line for item in messages[start:] if (line := _line(item))]


def _line(message: AnyMessage) -> str:
    """One message; what a tool returned is told again by the answer that follows it."""
    if isinstance(message, HumanMessage):
        return f"qod> {message.text}"
    if not isinstance(message, AIMessage) or message.tool_calls:
        return ""
    text = str(message.text)
    return NOT_SENT if text.startswith(REJECTED) else text
