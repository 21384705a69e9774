"""Direct preference optimisation with TRL and PEFT, from the adapter that SFT made.

The policy starts as the SFT adapter and is held to it: TRL keeps a frozen copy of that adapter as
the reference (Rafailov et al. 2023, "Direct Preference Optimization").
"""

import random
from pathlib import Path
from typing import Any

import torch
from accelerate import PartialState
from datasets import Dataset
from trl import DPOConfig, DPOTrainer
from trl.trainer.utils import FusedCausalLMOutput

from camara_qod.tools.errors import SettingsError
from camara_qod.tools.interpreter.adapter import adapted
from camara_qod.tools.interpreter.model import load_model
from camara_qod.training.corpus.dataset import IGNORED, generate, spoken
from camara_qod.training.corpus.generate.spoken import Spoken, halves, load_spoken
from camara_qod.training.corpus.generate.uses import load_uses, split
from camara_qod.training.corpus.preferences import Pair, curated_pairs, near_misses, tokenized_pairs
from camara_qod.training.recipe import Recipe
from camara_qod.training.stages.mine import mine
from camara_qod.training.stages.run import (
    arguments,
    check_adapter,
    check_machine,
    followed,
    in_full,
    last_checkpoint,
    of_recipe,
    run,
    save_adapter,
    settings_for,
    trained,
)
from camara_qod.training.stages.shared_prefix import forward


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
        SettingsError: a value of the recipe does not hold.
        ModelError: the model, or the SFT adapter, cannot be had.
    """
    check(recipe, sft_adapter)
    with of_recipe("part dpo"):
        options = DPOConfig(**arguments(recipe, recipe.dpo, output, log_to))
    with run(recipe, "dpo", output) as manifest:
        base, tokenizer = load_model(settings_for(recipe))
        model = adapted(base, sft_adapter, recipe.model, trainable=True)
        # Of several processes one mines, and the others read what it kept.
        with PartialState().main_process_first():
            pairs = preference_pairs(recipe, model, tokenizer, output)
        manifest["pairs"] = _kinds(pairs)
        trainer = PairTrainer(
            model=model,
            args=options,
            train_dataset=tokenized_pairs(pairs, tokenizer),
            processing_class=tokenizer,
        )
        trainer.train(resume_from_checkpoint=last_checkpoint(output))
        manifest |= followed(trainer)
        return save_adapter(trainer, recipe, output)


def check(recipe: Recipe, sft_adapter: Path) -> None:
    """Refuse an SFT adapter that cannot be started from, before anything is loaded.

    Raises:
        TrainingError: there is none, or this machine cannot do what the recipe says.
        ModelError: its files are damaged, or it is for another model.
        SettingsError: there are too few texts for what the recipe says.
    """
    check_adapter(sft_adapter, recipe, "run `qod-train sft` first, or name its folder with --sft")
    check_machine(recipe.dpo)
    texts = len(_kept_texts(recipe))
    if recipe.dpo.near_misses // 2 > texts:
        raise SettingsError(
            f"The recipe sets dpo.near_misses to {recipe.dpo.near_misses}, and half of them are "
            f"made from texts, of which there are {texts}: set it to {2 * texts} at most."
        )


class PairTrainer(DPOTrainer):  # type: ignore[misc]
    """`DPOTrainer` on rows that are tokenised already, with the tokens that the grammar emits.

    On a CPU its fused head scores every position against the whole vocabulary, of which a pair
    needs the few from where its texts part: most of a step.
    """

    def __init__(self, **kwargs: Any) -> None:
        before = trained(kwargs["model"])
        super().__init__(**kwargs)
        in_full(self.model, before)
        if self.accelerator.device.type == "cpu":
            score_few(self.model.get_base_model(), share=not self.args.gradient_checkpointing)

    def _prepare_dataset(self, dataset: Dataset, *_: Any, **__: Any) -> Dataset:
        return dataset


def score_few(model: Any, *, share: bool) -> None:
    """Let a model with TRL's fused head score only the positions that have a label.

    Args:
        model: on which `add_fused_lm_head` has been called.
        share: whether a beginning that all rows have in common is read once.
    """
    fused = model.forward

    def scored(*args: Any, fused_lm_head: bool = False, **kwargs: Any) -> Any:
        if not fused_lm_head:
            return fused(*args, **kwargs)
        ids, mask, labels = (kwargs[name] for name in ("input_ids", "attention_mask", "labels"))
        targets = labels[:, 1:]
        columns = (targets != IGNORED).any(dim=0).nonzero().squeeze(1)
        logits = forward(model, ids, mask, columns, share=share).logits.float()
        return _as_fused(logits, targets, columns)

    model.forward = scored


def _as_fused(
    logits: torch.Tensor, targets: torch.Tensor, columns: torch.Tensor
) -> FusedCausalLMOutput:
    """What the fused head returns, from the logits at `columns`; zero at all other positions."""
    mask = targets != IGNORED
    few = mask[:, columns]
    wanted = targets[:, columns].clamp(min=0)
    logps = logits.log_softmax(-1)

    def spread(values: torch.Tensor) -> torch.Tensor:
        whole = values.new_zeros(mask.shape)
        return whole.index_copy(1, columns, values.masked_fill(~few, 0))

    with torch.no_grad():
        entropy = spread(-(logps.exp() * logps).sum(-1))
        mean_logits = spread(logits.mean(-1))
        is_top1 = spread(logits.argmax(-1) == wanted)
    log_probs = spread(logps.gather(-1, wanted.unsqueeze(-1)).squeeze(-1))
    return FusedCausalLMOutput(
        loss=-log_probs.sum() / mask.sum().clamp(min=1),
        log_probs=log_probs,
        entropy=entropy,
        mean_logits=mean_logits,
        is_top1=is_top1,
        label_mask=mask,
    )


def preference_pairs(recipe: Recipe, model: Any, tokenizer: Any, output: Path) -> list[Pair]:
    """Curated near misses, generated ones, and the SFT model's own mistakes, in random order.

    It is tried on phrases that SFT kept back: those it learned by heart show few mistakes.

    Args:
        recipe: how many of each.
        model: the SFT model.
        tokenizer: its tokenizer.
        output: where the mined ones are kept, so that a run that goes on sees the same.
    """
    share, seed = recipe.data.validation_share, recipe.data.seed
    known, unseen = split(load_uses(), share, seed)
    half = recipe.dpo.near_misses // 2
    texts = random.Random(seed).sample(_kept_texts(recipe), half)  # noqa: S311
    fresh = [*generate(known, half, seed + 2), *spoken(texts, seed + 2)]
    tried = list(generate(unseen, recipe.dpo.mined_from, seed + 3))
    pairs = [
        *curated_pairs(),
        *near_misses(fresh, recipe.seed),
        *mine(model, tokenizer, tried, recipe.seed, output / "mined.jsonl"),
    ]
    random.Random(recipe.seed).shuffle(pairs)  # noqa: S311
    return pairs


def _kept_texts(recipe: Recipe) -> list[Spoken]:
    """The texts that SFT was trained on."""
    kept, _ = halves(load_spoken(), recipe.data.validation_share, recipe.data.seed)
    return kept


def _kinds(pairs: list[Pair]) -> dict[str, int]:
    kinds = [pair.kind for pair in pairs]
    return {kind: kinds.count(kind) for kind in sorted(set(kinds))}
