"""What a fresh process loads until it has decided."""

import json
import subprocess
import sys

import pytest

PROGRAM = """
import sys
from camara_qod.agent.cli import main
try:
    main()
finally:
    print(*sys.modules, sep="\\n", file=sys.stderr)
"""
#: Each takes a part of a second or more to import, and none of them decides.
HEAVY = {
    "accelerate",
    "bitsandbytes",
    "datasets",
    "fastapi",
    "gguf",
    "langchain",
    "langchain_core",
    "langgraph",
    "matplotlib",
    "mcp",
    "pandas",
    "peft",
    "scipy",
    "sklearn",
    "sqlalchemy",
    "sympy",
    "torch._dynamo",
    "torch._inductor",
    "torch.distributed.tensor",
    "torchvision",
    "transformers.generation",
    "transformers.modeling_utils",
    "transformers.models",
    "transformers.models.auto",
    "trl",
    "uvicorn",
}


def run(*arguments: str) -> tuple[str, set[str]]:
    """Standard output of `qod` in a fresh process, and all modules that it loaded."""
    ended = subprocess.run(
        [sys.executable, "-c", PROGRAM, *arguments], capture_output=True, text=True, timeout=300
    )
    return ended.stdout, set(ended.stderr.splitlines())


def test_a_decision_loads_only_what_decides() -> None:
    shown, loaded = run("ask", "--dry-run", "--json", "gaming, IP 192.168.1.50, 2 hours")
    assert json.loads(shown)["decision"]["operation"] == "createSession"
    assert "camara_qod.tools.interpreter.llama" in loaded
    assert loaded & HEAVY == set()


@pytest.mark.parametrize("command", ["ask", "batch", "chat", "mcp", "mock", "serve", "doctor"])
def test_help_loads_no_tensors(command: str) -> None:
    shown, loaded = run(command, "--help")
    assert "Usage" in shown
    assert loaded & (HEAVY | {"numpy", "torch", "transformers", "outlines"}) == set()
