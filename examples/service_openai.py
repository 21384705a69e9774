"""OpenAI's client on `qod serve`: the model proposes calls, and the program makes them.

    qod serve &
    python examples/service_openai.py

QOD_URL says where the service is; QOD_KEY is a key of `qod keys create` where it asks for one.
"""

import json
import os
from typing import Any

from openai import OpenAI

client = OpenAI(
    base_url=os.environ.get("QOD_URL", "http://127.0.0.1:8080") + "/v1",
    api_key=os.environ.get("QOD_KEY", "none"),
)
# The model knows CAMARA's schemas, so the names of the operations are enough.
OPERATIONS = ("createSession", "extendQosSessionDuration", "deleteSession")
TOOLS: Any = [{"type": "function", "function": {"name": name}} for name in OPERATIONS]


#: Stands for what the operator knows: CAMARA's `SessionInfo`.
SESSION: dict[str, Any] = {
    "sessionId": "3fa85f64-5717-4562-b3fc-2c963f66afa6",
    "qosStatus": "AVAILABLE",
}


def carry_out(operation: str, arguments: dict[str, Any]) -> str:
    """Stands for your call to the operator; its answer goes back as it is."""
    if operation == "createSession":
        SESSION.update(arguments)
    elif operation == "extendQosSessionDuration":
        SESSION["duration"] += arguments["requestedAdditionalDuration"]
    return json.dumps(SESSION)


def main() -> None:
    """Ask, answer the question, carry the call out, go on."""
    messages: list[Any] = []
    for turn in ("Low latency for gaming, 2 hours", "it is +351 966 666 666", "10 minutes longer"):
        print(f"user: {turn}")
        messages.append({"role": "user", "content": turn})
        choice = ask(messages)
        for call in choice.message.tool_calls or []:
            print(f"call: {call.function.name} {call.function.arguments}")
            print(f"      {choice.qod['confidence']:.0%} sure")
            result = carry_out(call.function.name, json.loads(call.function.arguments))
            messages.append({"role": "tool", "tool_call_id": call.id, "content": result})
        if choice.message.tool_calls:
            choice = ask(messages)
        print(f"assistant: {choice.message.content}")


def ask(messages: list[Any]) -> Any:
    """The next message, which is put behind the others."""
    answer = client.chat.completions.create(model="camara-qod", messages=messages, tools=TOOLS)
    messages.append(answer.choices[0].message)
    return answer.choices[0]


if __name__ == "__main__":
    main()
