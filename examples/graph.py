"""A LangGraph graph that watches a link and asks the network for more when it gets bad.

    python examples/graph.py

No chat model takes part: the tool itself reads the request.
"""

from typing import Any, TypedDict

from langgraph.graph import END, START, StateGraph

from camara_qod.tools.qod_tool import QodTool

PHONE = "+351 966 666 666"
LIMIT_MS = 50


class Link(TypedDict, total=False):
    """What the graph knows."""

    latency_ms: int
    session: dict[str, Any]


def measure(state: Link) -> Link:
    """Stands for a measurement."""
    return {"latency_ms": 120 if "session" not in state else 18}


def improve(state: Link) -> Link:
    """Ask for a session, in words."""
    request = f"Need low latency for the remote control of a forklift, {PHONE}, 20 minutes"
    answer = QodTool().invoke(
        {"name": "quality_on_demand", "args": {"request": request}, "id": "1", "type": "tool_call"}
    )
    print(answer.text)
    return {"session": answer.artifact["answer"]}


def next_step(state: Link) -> str:
    """On with it, or done."""
    return "improve" if state["latency_ms"] > LIMIT_MS and "session" not in state else END


def main() -> None:
    """Build the graph and run it."""
    graph = StateGraph(Link)
    graph.add_node("measure", measure)
    graph.add_node("improve", improve)
    graph.add_edge(START, "measure")
    graph.add_conditional_edges("measure", next_step, ["improve", END])
    graph.add_edge("improve", "measure")
    result = graph.compile().invoke({})
    print(f"{result['latency_ms']} ms with {result['session']['qosProfile']}")


if __name__ == "__main__":
    main()
