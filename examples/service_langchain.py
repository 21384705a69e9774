"""LangChain's agent on `qod serve`: the model is there, the tools and the operator are here.

    qod serve &
    python examples/service_langchain.py

QOD_URL says where the service is; QOD_KEY is a key of `qod keys create` where it asks for one. The
tools call the operator of QOD_API_ROOT, and a mock operator where it is not set.
"""

import os
from typing import Any

from langchain.agents import create_agent
from langchain_openai import ChatOpenAI

from camara_qod.tools.operation_tools import operation_tools
from camara_qod.tools.plugin import QodPlugin
from camara_qod.tools.settings import load_settings

TURNS = ("Low latency for gaming, 2 hours", "it is +351 966 666 666", "10 minutes longer")


def main() -> None:
    """Ask, answer the question, go on; the agent makes the calls."""
    model = ChatOpenAI(
        model="camara-qod",
        base_url=os.environ.get("QOD_URL", "http://127.0.0.1:8080") + "/v1",
        api_key=os.environ.get("QOD_KEY", "none"),  # type: ignore[arg-type]
    )
    # No language model is loaded here: the tools only take what the service has decided.
    plugin = QodPlugin.from_settings(load_settings(), lazy=True)
    agent = create_agent(model, operation_tools(plugin))
    state: dict[str, Any] = {"messages": []}
    for turn in TURNS:
        known = len(state["messages"])
        state = agent.invoke({"messages": [*state["messages"], ("human", turn)]})
        for message in state["messages"][known:]:
            print(f"{message.name or message.type}: {message.text}")


if __name__ == "__main__":
    main()
