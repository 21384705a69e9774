"""The phrases that requests are made of, read from `data/uses`."""

import random
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

from camara_qod.tools.catalogue import Need
from camara_qod.tools.interpreter.offering.notation import KIND
from camara_qod.training.corpus.lines import read_json, read_jsonl


@dataclass(frozen=True)
class Uses:
    """Uses of each need, and sentences without one.

    `nouns` read after "for", `sentences` stand alone; `unstated` ask for a session without saying
    what for; `decline` is not a matter for the API, and `decline_about` neither, although it has
    identifiers, each with its kind; `operations` are templates of requests for each of the other
    operations; `conversations` are whole conversations with placeholders; `injections` are
    instructions that stand in a text and change nothing.
    """

    nouns: dict[Need, list[str]]
    sentences: dict[Need, list[str]]
    unstated: list[str]
    decline: list[dict[str, str]]
    decline_about: list[dict[str, str]]
    operations: dict[str, list[str]]
    conversations: list[dict[str, Any]]
    injections: list[str]

    @property
    def whole(self) -> bool:
        """Whether there are phrases of every kind."""
        of_needs = [*self.nouns.values(), *self.sentences.values(), *self.operations.values()]
        declined = [self.decline, self.decline_about]
        return all([*of_needs, self.unstated, *declined, self.injections, self.conversations])


def load_uses() -> Uses:
    """All phrases that ship with the package."""
    needs = {need: _read(need.value) for need in Need}
    decline = _read("decline")
    return Uses(
        {need: item["nouns"] for need, item in needs.items()},
        {need: item["sentences"] for need, item in needs.items()},
        _read("unstated")["sentences"],
        _of_kinds(decline["sentences"]),
        _of_kinds(decline["templates"]),
        _read("operations"),
        _lines("conversations"),
        _read("injections")["texts"],
    )


def split(uses: Uses, share: float, seed: int) -> tuple[Uses, Uses]:
    """Two disjoint sets of phrases, so that validation meets uses that training never saw.

    Args:
        uses: what to divide.
        share: part of each list that goes into the second set, 0 to 1.
        seed: decides which.
    """
    rng = random.Random(seed)  # noqa: S311  (data, not secrets)

    def cut(items: list[Any]) -> tuple[list[Any], list[Any]]:
        shuffled = sorted(items, key=str)
        rng.shuffle(shuffled)
        size = round(len(shuffled) * share)
        return shuffled[size:], shuffled[:size]

    nouns = {need: cut(items) for need, items in uses.nouns.items()}
    sentences = {need: cut(items) for need, items in uses.sentences.items()}
    unstated, decline = cut(uses.unstated), cut(uses.decline)
    decline_about = cut(uses.decline_about)
    operations = {name: cut(items) for name, items in uses.operations.items()}
    conversations, injections = cut(uses.conversations), cut(uses.injections)
    first, second = (
        Uses(
            {need: item[part] for need, item in nouns.items()},
            {need: item[part] for need, item in sentences.items()},
            unstated[part],
            decline[part],
            decline_about[part],
            {name: item[part] for name, item in operations.items()},
            conversations[part],
            injections[part],
        )
        for part in (0, 1)
    )
    return first, second


def _read(name: str) -> Any:
    return read_json(files("camara_qod.data") / "uses" / f"{name}.json")


def _of_kinds(texts: dict[str, list[str]]) -> list[dict[str, str]]:
    return [{"text": text, KIND: kind} for kind, some in texts.items() for text in some]


def _lines(name: str) -> list[dict[str, Any]]:
    path = files("camara_qod.data") / "uses" / f"{name}.jsonl"
    return read_jsonl(path)
