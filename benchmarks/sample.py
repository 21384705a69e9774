"""What is asked: conversations from all over the validation set."""

import json
from pathlib import Path

CASES = Path(__file__).parent.parent / "data" / "validation.jsonl"
PACKAGES = ("torch", "transformers", "outlines", "llguidance", "guidance", "llama-cpp-python")


def conversations(count: int) -> list[list[str]]:
    """At equal distances, so that all kinds are in it."""
    cases = [json.loads(line) for line in CASES.read_text(encoding="utf-8").splitlines()]
    return [case["messages"] for case in cases[:: len(cases) // count][:count]]
