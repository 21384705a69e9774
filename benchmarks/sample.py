"""What is asked: conversations from all over the validation set, or of all sets."""

import json
import random
from pathlib import Path

DATA = Path(__file__).parent.parent / "data"
CASES = DATA / "validation.jsonl"
SETS = ("validation", "test", "blind", "strangers", "strangers_new")
PACKAGES = ("torch", "transformers", "outlines", "llguidance", "guidance", "llama-cpp-python")


def conversations(count: int) -> list[list[str]]:
    """At equal distances, so that all kinds are in it."""
    cases = [json.loads(line) for line in CASES.read_text(encoding="utf-8").splitlines()]
    return [case["messages"] for case in cases[:: len(cases) // count][:count]]


def mixed(count: int) -> list[list[str]]:
    """Conversations of every kind and language, mixed."""
    lines = [
        line for name in SETS for line in (DATA / f"{name}.jsonl").read_text("utf-8").splitlines()
    ]
    random.Random(7).shuffle(lines)
    return [json.loads(line)["messages"] for line in lines[:count]]
