"""Direct preference optimisation with TRL and PEFT, from the adapter that SFT made.

The policy starts as the SFT adapter and is held to it: TRL keeps a frozen copy of that adapter as
the reference (Rafailov et al. 2023, "Direct Preference Optimization").
"""

import random
from pathlib import Path
from typing import Any

from accelerate import PartialState
from datasets import Dataset
from peft import PeftModel
from trl import DPOConfig, DPOTrainer

from camara_qod.tools.errors import TrainingError
from camara_qod.tools.interpreter.model import load_model
from camara_qod.training.dataset import generate
from camara_qod.training.generate.uses import load_uses, split
from camara_qod.training.mine import mine
from camara_qod.training.preferences import Pair, curated_pairs, near_misses, tokenized_pairs
from camara_qod.training.recipe import Recipe
from camara_qod.training.run import arguments, last_checkpoint, run, save_adapter, settings_for


def train(recipe: Recipe, sft_adapter: Path, output: Path, log_to: str = "none") -> Path:
    """Improve an SFT adapter, or go on with a run that was interrupted.

    Args:
        recipe: model, data and hyperparameters.
        sft_adapter: folder of the adapter to start from.
        output: folder for checkpoints; the adapter ends in `output/adapter`.
        log_to: where loss curves go: `none`, `tensorboard` or `trackio`.

    Returns:
        The adapter's folder.

    Raises:
        TrainingError: there is no SFT adapter, or the disk is full.
    """
    if not (sft_adapter / "adapter_config.json").is_file():
        raise TrainingError(
            f"There is no SFT adapter in {sft_adapter}: run `qod-train sft` first, or name its "
            "folder with --sft."
        )
    with run(recipe, "dpo", output) as manifest:
        base, tokenizer = load_model(settings_for(recipe))
        model = PeftModel.from_pretrained(base, str(sft_adapter), is_trainable=True)
        # Of several processes one mines, and the others read what it kept.
        with PartialState().main_process_first():
            pairs = preference_pairs(recipe, model, tokenizer, output)
        manifest["pairs"] = _kinds(pairs)
        trainer = PairTrainer(
            model=model,
            args=DPOConfig(**arguments(recipe, recipe.dpo, output, log_to)),
            train_dataset=tokenized_pairs(pairs, tokenizer),
            processing_class=tokenizer,
        )
        trainer.train(resume_from_checkpoint=last_checkpoint(output))
        manifest["log"] = trainer.state.log_history
        return save_adapter(trainer, recipe, output)


class PairTrainer(DPOTrainer):  # type: ignore[misc]
    """`DPOTrainer` on rows that are tokenised already, with the tokens that the grammar emits."""

    def _prepare_dataset(self, dataset: Dataset, *_: Any, **__: Any) -> Dataset:
        return dataset


def preference_pairs(recipe: Recipe, model: Any, tokenizer: Any, output: Path) -> list[Pair]:
    """Curated near misses, generated ones, and the SFT model's own mistakes, in random order.

    Args:
        recipe: how many of each.
        model: the SFT model.
        tokenizer: its tokenizer.
        output: where the mined ones are kept, so that a run that goes on sees the same.
    """
    known, _ = split(load_uses(), recipe.data.validation_share, recipe.data.seed)
    fresh = generate(known, recipe.dpo.near_misses, recipe.data.seed + 2)
    tried = list(generate(known, recipe.dpo.mined_from, recipe.data.seed + 3))
    pairs = [
        *curated_pairs(),
        *near_misses(fresh, recipe.seed),
        *mine(model, tokenizer, tried, output / "mined.jsonl"),
    ]
    random.Random(recipe.seed).shuffle(pairs)  # noqa: S311
    return pairs


def _kinds(pairs: list[Pair]) -> dict[str, int]:
    kinds = [pair["kind"] for pair in pairs]
    return {kind: kinds.count(kind) for kind in sorted(set(kinds))}
