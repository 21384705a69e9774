"""Examples as the model is trained on them: the production prompt, and the tokens of the grammar.

Every label is replayed through the decode grammar of its own text, so nothing is learned that
decoding could not emit, and it is known which tokens were a choice.
"""

import random
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from datasets import Dataset
from rich.progress import track

from camara_qod.tools.catalogue import load_catalogue
from camara_qod.tools.errors import DecodingError, TrainingError
from camara_qod.tools.interpreter.completing.complete import complete
from camara_qod.tools.interpreter.context import Context, read
from camara_qod.tools.interpreter.decision import Decision
from camara_qod.tools.interpreter.offering.notation import write
from camara_qod.tools.interpreter.offering.offer import Offer
from camara_qod.tools.interpreter.prompt import TURN, labelled, render
from camara_qod.tools.interpreter.reading.sessions import KnownSessions
from camara_qod.tools.interpreter.replay import Replayer
from camara_qod.tools.settings import QodSettings
from camara_qod.training.corpus.choices import choices
from camara_qod.training.corpus.generate.example import NOW, Example
from camara_qod.training.corpus.generate.mixture import example
from camara_qod.training.corpus.generate.spoken import Spoken, examples
from camara_qod.training.corpus.generate.uses import Uses
from camara_qod.training.corpus.lines import read_jsonl
from camara_qod.training.corpus.pointing import pointing

IGNORED = -100


def demo_settings() -> QodSettings:
    """The demo configuration, whatever the environment says."""
    fields = QodSettings.model_fields.items()
    return QodSettings.model_construct(
        **{name: field.get_default(call_default_factory=True) for name, field in fields}
    )


def demo_context(messages: Sequence[str], sessions: KnownSessions | None = None) -> Context:
    """A conversation under the demo configuration."""
    return read(messages, _catalogue(), _settings(), sessions, NOW)


_catalogue, _settings = cache(load_catalogue), cache(demo_settings)


@dataclass(frozen=True)
class Record:
    """A conversation with its label: the answer in labels, and the same on the wire."""

    context: Context
    answer: Decision
    tag: str

    @classmethod
    def of(cls, item: Example) -> "Record":
        """An example with its label.

        Raises:
            DecodingError: the conversation does not offer what was chosen.
        """
        context = demo_context(item.messages, item.sessions)
        return cls(context, pointing(context, item.operation, item.chosen), item.tag)

    @property
    def line(self) -> dict[str, Any]:
        """It as a line of a file: the turns, what the model reads and writes, and its kind."""
        shown = labelled(self.context, Offer(self.context).labels)
        return {
            "messages": list(self.context.messages),
            "prompt": shown,
            "emitted": write(self.answer),
            "tag": self.tag,
        }

    @property
    def free(self) -> str:
        """What is written without a grammar: CAMARA's JSON, with null for what was not said."""
        return Offer(self.context).pointed(self.answer).decision.to_json()


def generate(uses: Uses, count: int, seed: int) -> Iterator[Record]:
    """Records, deterministic from the seed, without repetition.

    Raises:
        TrainingError: there are no phrases of one kind, or more than one example in twenty is none
            that its grammar can emit.
    """
    if count > 0 and not uses.whole:
        raise TrainingError(
            "Of some kind of phrase none is left on one side: set validation_share in the recipe "
            "between 0.02 and 0.9."
        )
    rng = random.Random(seed)  # noqa: S311  (data, not secrets)
    seen: set[tuple[str, ...]] = set()
    refused: list[str] = []
    while len(seen) < count:
        item = example(rng, uses)
        key = tuple(item.messages)
        if key in seen:
            continue
        try:
            record = Record.of(item)
        except DecodingError as error:
            refused.append(str(error))
            if len(refused) > 20 + count / 20:
                raise TrainingError(f"Too many examples are refused: {refused[-1]}") from error
            continue
        seen.add(key)
        yield record


def curated() -> list[Record]:
    """The hand-written training set, `instruction`/`input`/`response`."""
    path = Path(str(files("camara_qod.data"))) / "sft.jsonl"
    found = []
    for item in read_jsonl(path, "input", "response"):
        decision = _written(item["response"], path.name)
        chosen = {name: value for name, value in decision.arguments.items() if value is not None}
        example = Example(item["input"].split(TURN), decision.operation, chosen, "curated")
        try:
            found.append(Record.of(example))
        except DecodingError:
            continue  # what the reader does not find yet cannot be pointed at
    return found


def _written(text: str, file: str) -> Decision:
    try:
        return Decision.from_json(text)
    except (ValueError, KeyError, TypeError) as error:
        raise TrainingError(
            f"{file} has a response that is no decision ({text}): mend or remove its line."
        ) from error


def spoken(texts: Iterable[Spoken], seed: int) -> list[Record]:
    """Hand-written texts with random identifiers, a record for each turn.

    A turn whose values the reader does not find cannot be pointed at, and is left out.
    """
    rng = random.Random(seed)  # noqa: S311
    found = []
    for text in texts:
        for item in examples(rng, text):
            try:
                found.append(Record.of(item))
            except DecodingError:
                continue
    return found


def tokenized(
    records: Iterable[Record],
    tokenizer: Any,
    *,
    whole_share: float,
    batch_size: int,
    seed: int,
    max_tokens: int | None = None,
) -> Dataset:
    """Token ids and labels.

    Args:
        records: conversations with their labels.
        tokenizer: of the model that is trained.
        whole_share: part of the examples, 0 to 1, that teach decoding without a grammar: their
            prompt names the choices, and every token of the answer is learned. The others learn
            their free choices alone, which would drown among the forced ones.
        batch_size: rows of similar length stand together in runs of this many, so that little is
            padded; the runs are in random order.
        seed: decides which, and the order.
        max_tokens: longer rows are left out; a batch is as long as its longest.

    Raises:
        DecodingError: a label is not what its grammar can emit, or does not complete.
    """
    rng = random.Random(seed)  # noqa: S311
    kept = fitting(rows(records, tokenizer, whole_share, rng), max_tokens)
    return Dataset.from_list(bucketed(kept, batch_size, rng)).remove_columns("whole")


def rows(
    records: Iterable[Record], tokenizer: Any, whole_share: float, rng: random.Random
) -> list[dict[str, Any]]:
    """Token ids and labels of each record, and whether it is learned whole; see `tokenized`.

    Nothing is learned behind the last choice, so it is not read. A row without tokens is one where
    the grammar left no choice.
    """
    replayer = Replayer(tokenizer)
    found = []
    for record in track(list(records), description="Replaying labels", transient=True):
        whole = rng.random() < whole_share
        row = _freely(record, tokenizer) if whole else _grounded(record, tokenizer, replayer)
        found.append(up_to_last_choice(row) | {"whole": whole})
    return found


def up_to_last_choice(row: dict[str, list[int]]) -> dict[str, list[int]]:
    """Token ids and labels without those behind the last that is learned."""
    end = 1 + max((at for at, label in enumerate(row["labels"]) if label != IGNORED), default=-1)
    return {name: ids[:end] for name, ids in row.items()}


def fitting(found: Iterable[dict[str, Any]], max_tokens: int | None) -> list[dict[str, Any]]:
    """Of rows those that have something to learn and are no longer than `max_tokens`."""
    lengths = ((row, len(row["input_ids"])) for row in found)
    return [row for row, length in lengths if 0 < length <= (max_tokens or length)]


def _grounded(record: Record, tokenizer: Any, replayer: Replayer) -> dict[str, list[int]]:
    """The production prompt, and of the answer's tokens those that were a choice."""
    offer = Offer(record.context)
    pointed = offer.pointed(record.answer)
    complete(pointed.decision, record.context, pointed.mentions)
    replay = replayer.replay(write(record.answer), offer.schema)
    prompt = render(tokenizer, labelled(record.context, offer.labels))
    ids = tokenizer(prompt, add_special_tokens=False)["input_ids"]
    labels = [
        token if free else IGNORED
        for token, free in zip(replay.token_ids, replay.free, strict=True)
    ]
    return {
        "input_ids": [*ids, *replay.token_ids],
        "labels": [IGNORED] * len(ids) + labels,
    }


def _freely(record: Record, tokenizer: Any) -> dict[str, list[int]]:
    """The prompt that names the choices, and all tokens of the answer in CAMARA's form."""
    prompt = render(tokenizer, record.context.messages, choices(record.context))
    ids = tokenizer(prompt, add_special_tokens=False)["input_ids"]
    answer = tokenizer(record.free, add_special_tokens=False)["input_ids"]
    answer = [*answer, tokenizer.eos_token_id]
    return {"input_ids": [*ids, *answer], "labels": [IGNORED] * len(ids) + answer}


def bucketed(
    rows: list[dict[str, Any]], batch_size: int, rng: random.Random
) -> list[dict[str, Any]]:
    """Rows of similar length side by side, and those that are learned whole by themselves.

    Transformers' `group_by_length` feeds each stretch from long to short. Refusals are short here,
    so every stretch ended in refusals alone and the model forgot all else.
    """
    rng.shuffle(rows)
    batches: list[list[dict[str, Any]]] = []
    stretch = 64 * batch_size
    for start in range(0, len(rows), stretch):
        part = sorted(
            rows[start : start + stretch], key=lambda row: (row["whole"], len(row["input_ids"]))
        )
        batches += [part[at : at + batch_size] for at in range(0, len(part), batch_size)]
    rng.shuffle(batches)
    return [row for batch in batches for row in batch]
