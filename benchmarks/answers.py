"""What the model should read and write: one arm of an ablation at a time.

    python benchmarks/answers.py --arm pointing --steps 120

Each trains a new adapter of the recipe `embedded` for so many steps, on the same texts in the same
order, and decides the validation set:

- `pointing`, what ships: the model reads all turns, with labels in the place of identifiers, and
  answers in labels; LoRA of rank 32 on all layers.
- `copying`: it reads the words as they are and answers with the values as they stand there. Of two
  values that are written alike the newer is meant.
- `newest`: of several turns it reads the newest, and of those before it the last call, what came of
  the turns since, and a mark for each thing that was named. In training these are the labels of the
  earlier turns, in evaluation its own answers to them.
- `upper`: as `pointing`, with LoRA on the upper half of the layers alone.
- `r16` and `r64`: as `pointing`, of another rank.

Conversations of the generator and of `data/sft.jsonl` have no label for their earlier turns. They
are left out of every arm, for `newest` cannot read them. Adds a row to
`benchmarks/results/answers.json`. Arms can be compared where `texts`, a digest, is the same.
"""

import argparse
import hashlib
import json
import random
import time
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from statistics import fmean
from tempfile import TemporaryDirectory
from typing import Any

from arms import Memory, copying, reads
from datasets import Dataset
from record import FOLDER, save
from rich.progress import track
from sample import CASES
from trl import SFTConfig

from camara_qod.tools.catalogue import load_catalogue
from camara_qod.tools.confirmation import CHANGING
from camara_qod.tools.errors import DecodingError
from camara_qod.tools.interpreter.decoding import Decoder
from camara_qod.tools.interpreter.model import load_model
from camara_qod.tools.interpreter.offering.offer import Offer
from camara_qod.tools.interpreter.prompt import render
from camara_qod.tools.interpreter.replay import Replayer
from camara_qod.training.corpus import dataset
from camara_qod.training.corpus.dataset import Record, demo_settings
from camara_qod.training.evaluation.cases import Case, read_cases
from camara_qod.training.evaluation.evaluate import Result, evaluate
from camara_qod.training.evaluation.metrics import share
from camara_qod.training.evaluation.ways import Way
from camara_qod.training.recipe import Recipe, load_recipe
from camara_qod.training.stages.grow import lora_config
from camara_qod.training.stages.run import arguments, run, save_adapter, settings_for
from camara_qod.training.stages.sft import ChoiceTrainer, records

#: What each arm changes in the recipe.
ARMS: dict[str, list[str]] = {
    "pointing": [],
    "copying": [],
    "newest": [],
    "upper": [f"lora.layers_to_transform={list(range(15, 30))}"],
    "r16": ["lora.r=16", "lora.lora_alpha=32"],
    "r64": ["lora.r=64", "lora.lora_alpha=128"],
}
PACKAGES = ("torch", "transformers", "trl", "peft", "llguidance")
#: So many are decided together.
TOGETHER = 8


def prepared(arm: str, recipe: Recipe) -> tuple[list[Record], Memory]:
    """The texts to train on, and what was decided before them, once the arm is in place."""
    if arm == "copying":
        copying()
    training, _ = records(recipe)
    memory = Memory(training)
    if arm == "newest":
        reads(memory.newest)
    return sample([one for one in training if memory.covers(one.context)], recipe), memory


def sample(training: Iterable[Record], recipe: Recipe) -> list[Record]:
    """As many as the steps take, those of similar length side by side.

    Texts decide by themselves which and in which order, so that all arms have the same.
    """
    batch, rng = recipe.sft.per_device_train_batch_size, random.Random(recipe.seed)
    drawn = sorted(training, key=lambda one: _drawn(one, recipe.seed))
    rows = [
        {"whole": False, "input_ids": "\n".join(one.context.messages), "record": one}
        for one in drawn[: recipe.sft.max_steps * batch]
    ]
    return [row["record"] for row in dataset.bucketed(rows, batch, rng)]


def _drawn(record: Record, seed: int) -> float:
    return random.Random(f"{seed} {record.context.messages}").random()


def tokenized(
    texts: Iterable[Record], tokenizer: Any, recipe: Recipe
) -> tuple[list[dict[str, Any]], Counter[str]]:
    """Token ids and labels, as in training, and how many texts the arm cannot use, by reason."""
    replayer, rows, lost = Replayer(tokenizer), [], Counter(not_emitted=0, too_long=0)
    for record in track(list(texts), "Replaying labels"):
        try:
            row = dataset._grounded(record, tokenizer, replayer)
        except DecodingError:
            lost["not_emitted"] += 1
            continue
        kept = dataset.fitting([dataset.up_to_last_choice(row)], recipe.data.max_tokens)
        rows += kept
        lost["too_long"] += not kept
    return rows, lost


def trained(
    rows: list[dict[str, Any]], recipe: Recipe, model: Any, tokenizer: Any
) -> tuple[Any, float]:
    """The model with what it learned, as it decides, and the seconds of training."""
    with TemporaryDirectory() as name, run(recipe, "sft", folder := Path(name)):
        options = arguments(recipe, recipe.sft, folder, "none") | {"save_strategy": "no"}
        trainer = ChoiceTrainer(
            model=model,
            args=SFTConfig(**options),
            train_dataset=Dataset.from_list(rows),
            processing_class=tokenizer,
            peft_config=lora_config(recipe),
        )
        started = time.perf_counter()
        trainer.train()
        seconds = time.perf_counter() - started
        adapter = save_adapter(trainer, recipe, folder)
        return load_model(settings_for(recipe, str(adapter)))[0], seconds


class Watched(Decoder):
    """A decoder that keeps what the model read and wrote."""

    def __init__(self, model: Any, tokenizer: Any) -> None:
        super().__init__(model, tokenizer)
        self.seen: list[tuple[Sequence[str], str]] = []

    def decode_many(self, requests: Any, deadline: Any = None) -> Any:
        """As `Decoder.decode_many`."""
        made = super().decode_many(requests, deadline)
        self.seen += [(turns, text) for (turns, _), (text, _) in zip(requests, made, strict=True)]
        return made

    @property
    def tokens(self) -> dict[str, float]:
        """Of a prompt and of an answer, on average."""
        prompts = [self.count_tokens(render(self.tokenizer, turns)) for turns, _ in self.seen]
        answers = [self.count_tokens(text) for _, text in self.seen]
        return {"prompt": round(fmean(prompts), 1), "answer": round(fmean(answers), 1)}


def cases(count: int | None) -> list[Case]:
    """The validation set, or so many of it at equal distances."""
    found = read_cases(CASES)
    return found[:: len(found) // count][:count] if count else found


def figures(results: Sequence[Result]) -> dict[str, Any]:
    """How often it is right, of several turns too, and how often it changes what it should not."""
    several = [result for result in results if len(result.case.messages) > 1]
    return {
        "exact": share(result.correct for result in results),
        "several_turns": share(result.correct for result in several),
        "wrong_changes": sum(_changes_wrongly(result) for result in results),
    }


def _changes_wrongly(result: Result) -> bool:
    made = result.decision.operation if result.decision else None
    return made in CHANGING and made != result.case.expected.operation


def digest(texts: Iterable[Record]) -> str:
    """Of the texts in their order."""
    return hashlib.sha256(repr([one.context.messages for one in texts]).encode()).hexdigest()[:12]


def pair(record: Record) -> tuple[list[str], str]:
    """What is read for a text, and what is to be written."""
    labels = Offer(record.context).labels
    return dataset.labelled(record.context, labels), dataset.write(record.answer)


def show(pairs: Iterable[tuple[Sequence[str], str]]) -> None:
    """What is read, and what is written."""
    for turns, answer in pairs:
        print("-" * 60, *turns, f"=> {answer}", sep="\n")


def keep(row: dict[str, Any]) -> None:
    """Add a row to those of earlier runs."""
    path = FOLDER / "answers.json"
    before = json.loads(path.read_text(encoding="utf-8"))["arms"] if path.is_file() else []
    save("answers", {"arms": [*before, row]}, PACKAGES)


def main() -> None:
    """Train, decide, and keep what came of it."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--arm", choices=ARMS, required=True)
    parser.add_argument("--steps", type=int, default=120, help="of training (default 120)")
    parser.add_argument("--cases", type=int, help="decide so many, not all")
    parser.add_argument("--show", type=int, default=0, help="print so many prompts with answers")
    asked = parser.parse_args()
    budget = [f"sft.max_steps={asked.steps}", "sft.warmup_steps=20", "data.spoken_repeats=1"]
    recipe = load_recipe("embedded", [*budget, *ARMS[asked.arm]])
    texts, memory = prepared(asked.arm, recipe)
    show(map(pair, texts[: asked.show]))
    model, tokenizer = load_model(settings_for(recipe))
    rows, lost = tokenized(texts, tokenizer, recipe)
    model, seconds = trained(rows, recipe, model, tokenizer)
    decoder = Watched(model, tokenizer)
    settings, catalogue, asked_for = demo_settings(), load_catalogue(), cases(asked.cases)
    if asked.arm == "newest":
        memory.ask(decoder, [case.context(catalogue, settings) for case in asked_for])
    results = evaluate(Way.GROUNDED, decoder, model, asked_for, settings, catalogue, TOGETHER)
    show(decoder.seen[: asked.show])
    told = {"arm": asked.arm, "steps": asked.steps, "rows": len(rows), "lost": lost}
    told |= {"texts": digest(texts), "training_s": round(seconds), "tokens": decoder.tokens}
    keep(told | figures(results))


if __name__ == "__main__":
    main()
