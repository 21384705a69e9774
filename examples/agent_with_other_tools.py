"""An agent with three tools, one of which is the network.

    python examples/agent_with_other_tools.py
    OPENAI_API_KEY=… python examples/agent_with_other_tools.py openai:gpt-5

Without an argument a scripted chat model stands in for a large one, so that nothing needs a key. It
invents a phone number on purpose: the network tool reads what the *human* wrote, and the guard
stops made-up values in the other tools as well.
"""

import sys
from typing import Any

from langchain.agents import create_agent
from langchain.chat_models import init_chat_model
from langchain.tools import tool
from langchain_core.language_models.fake_chat_models import GenericFakeChatModel
from langchain_core.messages import AIMessage

from camara_qod.agent.grounding import GroundedToolCalls
from camara_qod.tools.qod_tool import QodTool

REQUEST = "Need low latency for gaming, my phone is +351 966 666 666, two hours. And book a seat."


@tool
def book_seat(hours: int) -> str:
    """Book a seat in the gaming lounge."""
    return f"A seat is booked for {hours} hours."


@tool
def send_sms(number: str, text: str) -> str:
    """Send a text message."""
    return f"Sent to {number}: {text}"


class Scripted(GenericFakeChatModel):
    """A chat model that says what it is told to."""

    def bind_tools(self, tools: Any, **_: Any) -> "Scripted":
        """It knows its tools already."""
        return self


def call(name: str, **arguments: Any) -> AIMessage:
    """A tool call."""
    return AIMessage("", tool_calls=[{"name": name, "args": arguments, "id": name}])


def scripted() -> Scripted:
    """What a careless model might do."""
    lines = [
        call("quality_on_demand", request="gaming for two hours on +15550001111"),
        call("book_seat", hours=2),
        call("send_sms", number="+15550001111", text="See you!"),
        AIMessage("Your connection is boosted and your seat is booked."),
    ]
    return Scripted(messages=iter(lines))


def main() -> None:
    """Run the agent and print what every tool said."""
    model = init_chat_model(sys.argv[1]) if len(sys.argv) > 1 else scripted()
    guard = GroundedToolCalls(tools=["book_seat", "send_sms"])
    agent = create_agent(model, tools=[QodTool(), book_seat, send_sms], middleware=[guard])
    for message in agent.invoke({"messages": [("human", REQUEST)]})["messages"]:
        if message.text:
            print(f"{message.name or message.type}: {message.text}")


if __name__ == "__main__":
    main()
