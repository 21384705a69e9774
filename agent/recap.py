"""The end of an earlier conversation, for one who goes on with it."""

from collections.abc import Sequence

from langchain_core.messages import AIMessage, AnyMessage, HumanMessage


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
    answers = isinstance(message, AIMessage) and not message.tool_calls
    return str(message.text) if answers else ""
