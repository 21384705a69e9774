"""Supervised fine-tuning with TRL and PEFT."""

import math
import random
from pathlib import Path
from typing import Any

import torch
from peft import PeftModel
from torch.nn import functional
from transformers import TrainerCallback
from trl import SFTConfig, SFTTrainer

from camara_qod.tools.errors import TrainingError
from camara_qod.tools.interpreter.deciding import decide
from camara_qod.tools.interpreter.decision import Decision
from camara_qod.tools.interpreter.decoding import Decoder
from camara_qod.tools.interpreter.model import load_model
from camara_qod.tools.interpreter.offering.notation import read
from camara_qod.tools.screen import screen
from camara_qod.training.corpus.dataset import IGNORED, Record, curated, generate, spoken, tokenized
from camara_qod.training.corpus.generate.spoken import halves, load_spoken
from camara_qod.training.corpus.generate.uses import load_uses, split
from camara_qod.training.recipe import Recipe
from camara_qod.training.stages.acceleration import UNSLOTH
from camara_qod.training.stages.grow import grown, lora_config
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
from camara_qod.training.stages.unsloth_model import load_unsloth


def train(recipe: Recipe, output: Path, log_to: str = "none", start: Path | None = None) -> Path:
    """Train an adapter, or go on with one whose run was interrupted.

    Args:
        recipe: model, data and hyperparameters.
        output: folder for checkpoints; the adapter ends in `output/adapter`.
        log_to: where loss curves go: `none`, `tensorboard` or `trackio`.
        start: folder of an adapter to go on with, of the recipe's LoRA configuration or a smaller
            one; by default a new one is made.

    Returns:
        The adapter's folder.

    Raises:
        TrainingError: `start` has no adapter or one that is larger, or the disk is full.
        SettingsError: a value of the recipe does not hold.
        ModelError: the model, or the adapter in `start`, cannot be had.
    """
    check(recipe, start)
    with of_recipe("part sft"):
        options = SFTConfig(**arguments(recipe, recipe.sft, output, log_to))
    with run(recipe, "sft", output) as manifest:
        model, tokenizer = _loaded(recipe, start)
        if start:
            manifest["start"] = str(start)
        training, validation = records(recipe)
        plain = recipe.sft.acceleration != UNSLOTH
        accuracy = _FieldAccuracy(validation, tokenizer, every=recipe.sft.save_steps)
        trainer = ChoiceTrainer(
            model=model,
            args=options,
            train_dataset=tokenized(
                training,
                tokenizer,
                whole_share=recipe.data.whole_share,
                batch_size=recipe.sft.per_device_train_batch_size,
                seed=recipe.seed,
                max_tokens=recipe.data.max_tokens,
            ),
            processing_class=tokenizer,
            peft_config=None if isinstance(model, PeftModel) else lora_config(recipe),
            # Unsloth's layers are in one mode for training and in another for deciding.
            callbacks=[accuracy] if plain else [],
            share=plain,
        )
        manifest["examples"] = len(training)
        trainer.train(resume_from_checkpoint=last_checkpoint(output))
        manifest |= followed(trainer)
        return save_adapter(trainer, recipe, output)


def check(recipe: Recipe, start: Path | None) -> None:
    """Refuse what cannot be done here, before anything is loaded.

    Raises:
        TrainingError: there is no adapter in `start`, or Unsloth would have to go on with one, or
            this machine cannot do what the recipe says.
        ModelError: the adapter's files are damaged, or it is for another model.
    """
    check_start(recipe, start)
    check_machine(recipe.sft)


def check_start(recipe: Recipe, start: Path | None) -> None:
    """Refuse an adapter that cannot be gone on with.

    Raises:
        TrainingError: there is none, or the recipe's acceleration makes its own.
        ModelError: its files are damaged, or it is for another model.
    """
    if not start:
        return
    check_adapter(start, recipe, "name a folder that has one")
    if recipe.sft.acceleration == UNSLOTH:
        raise TrainingError(
            f"Unsloth makes an adapter of its own and cannot go on with the one in {start}: leave "
            "--adapter out, or set acceleration to liger or none in the recipe."
        )


def _loaded(recipe: Recipe, start: Path | None) -> tuple[Any, Any]:
    """The base, with an adapter where there is one already, and its tokenizer."""
    if recipe.sft.acceleration == UNSLOTH:
        return load_unsloth(recipe)
    model, tokenizer = load_model(settings_for(recipe))
    return (grown(model, start, recipe) if start else model), tokenizer


def records(recipe: Recipe) -> tuple[list[Record], list[Record]]:
    """Training and validation examples; no text and no use phrase is in both."""
    data = recipe.data
    known, unseen = split(load_uses(), data.validation_share, data.seed)
    kept, held = halves(load_spoken(), data.validation_share, data.seed)
    training = list(generate(known, data.examples, data.seed))
    training += curated() * data.curated_repeats
    for repeat in range(data.spoken_repeats):
        training += spoken(kept, data.seed + repeat)
    half = data.validation_examples // 2
    validation = list(generate(unseen, half, data.seed + 1))
    return training, [*validation, *spoken(held[:half], data.seed)[:half]]


#: Free choices in an ordinary request.
TYPICAL_CHOICES = 7


class ChoiceTrainer(SFTTrainer):  # type: ignore[misc]
    """`SFTTrainer` that computes logits only at positions where a token is learned.

    Few positions are: the free choices. The stock loss projects every position on the vocabulary,
    a large part of a step on a CPU.

    Args:
        share: whether what all rows of a batch begin with may be read once.
        kwargs: as `SFTTrainer`.
    """

    def __init__(self, *, share: bool = True, **kwargs: Any) -> None:
        before = trained(kwargs["model"])
        super().__init__(**kwargs)
        in_full(self.model, before)
        self._share = share

    def compute_loss(
        self,
        model: Any,
        inputs: dict[str, Any],
        return_outputs: bool = False,
        num_items_in_batch: torch.Tensor | int | None = None,
    ) -> Any:
        """Cross-entropy of the learned tokens, a scalar tensor.

        Every choice weighs the same, whatever else is in its batch: averaged over a batch, the one
        choice of a refusal would outweigh the seven of a call, and the sixty tokens of a row that
        is learned whole would drown them all.
        """
        ids, mask = inputs["input_ids"], inputs["attention_mask"]
        labels = functional.pad(inputs["labels"][:, 1:], (0, 1), value=IGNORED)
        kept = (labels != IGNORED).any(dim=0).nonzero().squeeze(1)
        alone = not self.args.gradient_checkpointing and self.args.world_size == 1
        outputs = forward(model, ids, mask, kept, share=self._share and alone)
        losses = functional.cross_entropy(
            outputs.logits.float().transpose(1, 2),
            labels[:, kept],
            ignore_index=IGNORED,
            reduction="none",
        )
        counts = (labels != IGNORED).sum(dim=1)
        weights = counts.clamp(max=TYPICAL_CHOICES) / counts.clamp(min=1)
        loss = (losses.sum(dim=1) * weights).sum() / (TYPICAL_CHOICES * len(labels))
        # The trainer sums the losses of the batches that make one step.
        loss = loss / self.current_gradient_accumulation_steps
        return (loss, outputs) if return_outputs else loss


class _FieldAccuracy(TrainerCallback):  # type: ignore[misc]
    """Decides a few validation examples now and then, with the production interpreter.

    The loss says little about single arguments, so each is measured.
    """

    def __init__(self, cases: list[Record], tokenizer: Any, every: int) -> None:
        self._cases = cases
        self._tokenizer = tokenizer
        self._every = every
        self._console = screen(stderr=True)

    def on_step_end(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        """Measure on a random part of the validation set."""
        if state.global_step % (3 * self._every) or not state.is_world_process_zero:
            return
        model = kwargs["model"]
        model.eval()
        decoder = Decoder(model, self._tokenizer)
        rng = random.Random(state.global_step)  # noqa: S311
        cases = rng.sample(self._cases, min(40, len(self._cases)))
        right: dict[str, list[bool]] = {}
        for case in cases:
            _compare(read(decide(decoder, case.context).text), case.answer, right)
        model.train()
        shares = {name: sum(hits) / len(hits) for name, hits in sorted(right.items())}
        line = "  ".join(f"{name} {share:.0%}" for name, share in shares.items())
        self._console.print(f"step {state.global_step}: {line}")


def _compare(got: Decision, want: Decision, right: dict[str, list[bool]]) -> None:
    right.setdefault("operation", []).append(got.operation == want.operation)
    right.setdefault("exact", []).append(got == want)
    for name, value in want.arguments.items():
        right.setdefault(name, []).append(got.arguments.get(name, math.nan) == value)
