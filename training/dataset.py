"""Examples as the model is trained on them: the production prompt, and the tokens of the grammar.

Every label is replayed through the decode grammar of its own text, so nothing is learned that
decoding could not emit, and it is known which tokens were a choice.
"""

import json
import random
from collections import Counter
from collections.abc import Iterable, Iterator
from importlib.resources import files
from pathlib import Path
from typing import Any

from datasets import Dataset
from jsonschema import Draft202012Validator
from rich.progress import track

from camara_qod.tools.catalogue import load_catalogue
from camara_qod.tools.errors import DecodingError, TrainingError
from camara_qod.tools.interpreter.context import Context, read
from camara_qod.tools.interpreter.decision import DECLINE, Decision
from camara_qod.tools.interpreter.operation import complete, schema_for
from camara_qod.tools.interpreter.prompt import TURN, render
from camara_qod.tools.interpreter.replay import Replayer
from camara_qod.tools.settings import QodSettings
from camara_qod.training.choices import choices
from camara_qod.training.generate.example import NOW, Example
from camara_qod.training.generate.mixture import example
from camara_qod.training.generate.spoken import Spoken, examples
from camara_qod.training.generate.uses import Uses

IGNORED = -100


def demo_settings() -> QodSettings:
    """The demo configuration, whatever the environment says."""
    fields = QodSettings.model_fields.items()
    return QodSettings.model_construct(
        **{name: field.get_default(call_default_factory=True) for name, field in fields}
    )


def demo_context(messages: list[str]) -> Context:
    """A conversation under the demo configuration."""
    return read(messages, load_catalogue(), demo_settings(), now=NOW)


def generate(uses: Uses, count: int, seed: int) -> Iterator[dict[str, Any]]:
    """Records `{"messages", "emitted", "tag"}`, deterministic from the seed, without repetition.

    Clauses put side by side now and then say something else than each alone ("on the server" before
    "IP 10.0.0.1"): what its own grammar cannot emit is left out, if it is rare.

    Raises:
        DecodingError: more than one in a hundred cannot be emitted.
    """
    rng = random.Random(seed)  # noqa: S311  (data, not secrets)
    seen: set[tuple[str, ...]] = set()
    refused = 0
    while len(seen) < count:
        item = example(rng, uses)
        key = tuple(item.messages)
        if key in seen:
            continue
        try:
            label = emission(item)
        except DecodingError:
            refused += 1
            if refused > 2 + count / 100:
                raise
            continue
        seen.add(key)
        yield {"messages": item.messages, "emitted": label.to_json(), "tag": item.tag}


def curated() -> list[dict[str, Any]]:
    """The hand-written training set, `instruction`/`input`/`response`, as records."""
    return [
        {"messages": item["input"].split(TURN), "emitted": item["response"], "tag": "curated"}
        for item in read_jsonl(
            Path(str(files("camara_qod.data"))) / "sft.jsonl", "input", "response"
        )
    ]


def spoken(texts: Iterable[Spoken], seed: int) -> list[dict[str, Any]]:
    """Hand-written texts with random identifiers as records, one for each turn.

    A turn whose values its own grammar does not offer cannot be emitted, and is left out.
    """
    rng = random.Random(seed)  # noqa: S311
    found = []
    for text in texts:
        for item in examples(rng, text):
            try:
                label = emission(item)
            except DecodingError:
                continue
            found.append({"messages": item.messages, "emitted": label.to_json(), "tag": item.tag})
    return found


def emission(item: Example) -> Decision:
    """The decision in the form the model emits, with null for what was not said.

    Raises:
        DecodingError: the conversation does not offer what was chosen.
    """
    if item.operation == DECLINE:
        return Decision(DECLINE)
    for variant in schema_for(demo_context(item.messages))["anyOf"]:
        names = variant["properties"]["arguments"]["properties"]
        arguments = {name: item.chosen.get(name) for name in names}
        decision = {"operation": item.operation, "arguments": arguments}
        if set(item.chosen) <= set(names) and Draft202012Validator(variant).is_valid(decision):
            return Decision(item.operation, arguments)
    raise DecodingError(f"{item.messages} does not offer {item.operation} with {item.chosen}")


def tokenized(
    records: Iterable[dict[str, Any]],
    tokenizer: Any,
    *,
    whole_share: float,
    batch_size: int,
    seed: int,
    max_tokens: int | None = None,
) -> Dataset:
    """Token ids and labels.

    Args:
        records: `{"messages", "emitted"}`.
        tokenizer: of the model that is trained.
        whole_share: part of the examples, 0 to 1, whose forced tokens are learned too, from a
            prompt that names the choices, as when decoding freely; the others learn their free
            choices alone, which would drown among ten times as many forced ones.
        batch_size: rows of similar length stand together in runs of this many, so that little is
            padded; the runs are in random order.
        seed: decides which, and the order.
        max_tokens: longer rows are left out; a batch is as long as its longest.

    Raises:
        DecodingError: a label is not what its grammar can emit, or does not complete.
    """
    rng = random.Random(seed)  # noqa: S311
    replayer = Replayer(tokenizer)
    rows = []
    for record in track(list(records), description="Replaying labels", transient=True):
        context = demo_context(record["messages"])
        replay = replayer.replay(record["emitted"], schema_for(context))
        complete(Decision.from_json(record["emitted"]), context)
        whole = rng.random() < whole_share
        told = choices(context) if whole else []
        prompt = tokenizer(render(tokenizer, record["messages"], told), add_special_tokens=False)
        ids = [*prompt["input_ids"], *replay.token_ids, tokenizer.eos_token_id]
        learned = [True] * (len(replay.free) + 1) if whole else [*replay.free, False]
        labels = [IGNORED] * len(prompt["input_ids"]) + [
            token if take else IGNORED
            for token, take in zip(ids[len(prompt["input_ids"]) :], learned, strict=True)
        ]
        # Nothing is learned behind the last choice, so it is not read.
        end = 1 + max((at for at, label in enumerate(labels) if label != IGNORED), default=-1)
        if not 0 < end <= (max_tokens or end):
            continue  # without an end the grammar left no choice
        rows.append({"input_ids": ids[:end], "labels": labels[:end], "whole": whole})
    return Dataset.from_list(_bucketed(rows, batch_size, rng)).remove_columns("whole")


def _bucketed(
    rows: list[dict[str, Any]], batch_size: int, rng: random.Random
) -> list[dict[str, Any]]:
    """Rows of similar length side by side, and those that are learned whole by themselves.

    Transformers' `group_by_length` feeds each stretch from long to short. Refusals are short here,
    so every stretch ended in refusals alone and the model forgot all else.
    """
    rng.shuffle(rows)
    batches: list[list[dict[str, Any]]] = []
    stretch = 16 * batch_size
    for start in range(0, len(rows), stretch):
        part = sorted(
            rows[start : start + stretch], key=lambda row: (row["whole"], len(row["input_ids"]))
        )
        batches += [part[at : at + batch_size] for at in range(0, len(part), batch_size)]
    rng.shuffle(batches)
    return [row for batch in batches for row in batch]


def read_jsonl(path: Path, *keys: str) -> list[dict[str, Any]]:
    """The objects of a JSON Lines file.

    Args:
        path: the file.
        keys: what each object has to have.

    Raises:
        TrainingError: a line is not JSON, or lacks a key; the message names the line.
    """
    with path.open(encoding="utf-8") as file:
        lines = [(number, line) for number, line in enumerate(file, 1) if line.strip()]
    return [_object(f"{path.name}, line {number}", line, keys) for number, line in lines]


def _object(where: str, line: str, keys: tuple[str, ...]) -> dict[str, Any]:
    try:
        value: dict[str, Any] = json.loads(line)
        missing = [key for key in keys if key not in value]
    except (ValueError, TypeError) as error:
        raise TrainingError(f"{where} is not JSON ({error}): mend or remove the line.") from error
    if missing:
        raise TrainingError(f"{where} lacks {', '.join(missing)}: add it or remove the line.")
    return value


def write_jsonl(path: Path, records: Iterable[dict[str, Any]]) -> Counter[str]:
    """Write records, and count them by tag."""
    tags: Counter[str] = Counter()
    with path.open("w", encoding="utf-8") as file:
        for record in records:
            file.write(json.dumps(record, ensure_ascii=False) + "\n")
            tags[record["tag"]] += 1
    return tags
