"""An SFT run up to the point where it would load the weights: what it reads, takes and lasts.

The data are made and tokenised as in the run, the model is built on the meta device. Where its
files are not at hand, the published shapes and the tokenizer of the embedded model stand for them,
and it is said.
"""

import random
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from huggingface_hub.errors import HFValidationError
from transformers import AutoTokenizer
from trl import SFTConfig

from camara_qod.tools.interpreter.embedded import EMBEDDED, embedded_model
from camara_qod.tools.interpreter.files import MODEL_CONFIG, gguf_in
from camara_qod.tools.interpreter.loading import Missing, explained
from camara_qod.tools.interpreter.place import check_place
from camara_qod.tools.interpreter.prompt import render, special_tokens
from camara_qod.tools.settings import load_settings
from camara_qod.training.corpus.dataset import IGNORED, Record, bucketed, fitting, rows
from camara_qod.training.planning.architectures import published
from camara_qod.training.planning.gpus import CARDS, REACHED, Card, Gpu, operations, seconds, span
from camara_qod.training.planning.memory import GIB, adapted, config_of, matrices, taken
from camara_qod.training.planning.schedule import Schedule
from camara_qod.training.recipe import Recipe
from camara_qod.training.stages import acceleration
from camara_qod.training.stages.run import LESS_MEMORY, arguments, of_recipe, settings_for
from camara_qod.training.stages.sft import records

#: Of a hundred rows, how many are no longer.
_PERCENTILES = (50, 90, 99)


def rehearse(recipe: Recipe, gpu: Gpu) -> Iterator[str]:
    """Go through a run, without its weights and its steps.

    Yields:
        What was found, a sentence or a few for each stage.

    Raises:
        SettingsError: a value of the recipe does not hold.
        ModelError: there is no such folder, or the model's files are damaged.
        TrainingError: the data cannot be made.
    """
    _check_values(recipe)
    training, validation = records(recipe)
    yield _data(training, validation)
    absent = _absent(recipe)
    config = published(recipe.model) if absent else config_of(recipe)
    if absent:
        yield _instead(recipe, absent, known=config is not None)
    tokenizer = _tokenizer(recipe, at_hand=absent is None)
    if absent is None:
        yield _prompt(tokenizer)
    rng = random.Random(recipe.seed)  # noqa: S311
    found = rows(training, tokenizer, recipe.data.whole_share, rng)
    kept = fitting(found, recipe.data.max_tokens)
    size = recipe.sft.per_device_train_batch_size
    lengths = [len(row["input_ids"]) for row in bucketed(kept, size, rng)]
    yield _tokens(kept)
    yield _left_out(found, recipe.data.max_tokens)
    schedule = Schedule.of(recipe.sft, lengths)
    yield _schedule(recipe, schedule)
    yield _acceleration(recipe)
    if config is not None:
        model = adapted(config, recipe)
        yield _adapter(model)
        yield _memory(model, recipe, gpu, max(lengths, default=0))
        yield _time(model, recipe, gpu, schedule)


def _check_values(recipe: Recipe) -> None:
    """Names of optimiser and schedule, on any machine: with or without 16 bits."""
    part = recipe.sft.model_copy(update={"fp16": False, "bf16": False, "acceleration": "none"})
    with of_recipe("part sft"):
        SFTConfig(**arguments(recipe, part, Path("runs"), "none"))


def _data(training: Sequence[Record], validation: Sequence[Record]) -> str:
    chosen = Counter(record.answer.operation for record in training)
    kinds = ", ".join(f"{name} {count}" for name, count in chosen.most_common())
    return f"Data: {len(training)} examples ({kinds}), and {len(validation)} to validate with."


def _absent(recipe: Recipe) -> str | None:
    """Why the files of a model of the hub are not at hand, if they are not.

    Raises:
        ModelError: a folder is named, and there is none.
    """
    if recipe.model == EMBEDDED:
        return None
    with explained(f"The model {recipe.model}", "QOD_MODEL"):
        try:
            check_place(settings_for(recipe).model, MODEL_CONFIG)
        except Missing as error:
            if isinstance(error.__cause__, HFValidationError):
                raise
            return str(error)
    return None


def _instead(recipe: Recipe, absent: str, *, known: bool) -> str:
    shapes = "its published shapes are used" if known else "memory and time are left out"
    return (
        f"Not at hand: the files of {recipe.model} ({absent}); {shapes}, tokens are counted with "
        "the embedded model's tokenizer, and chat template and special tokens are not looked at."
    )


def _tokenizer(recipe: Recipe, *, at_hand: bool) -> Any:
    embedded = recipe.model == EMBEDDED or not at_hand
    place = embedded_model(load_settings().cache_dir) if embedded else settings_for(recipe).model
    folder, named = gguf_in(str(place))
    with explained(f"The tokenizer of {recipe.model}", "QOD_MODEL"):
        return AutoTokenizer.from_pretrained(folder, trust_remote_code=False, **named)


def _prompt(tokenizer: Any) -> str:
    """Whether a user's text can open a turn of another role, tried with every special token."""
    special = special_tokens(tokenizer)
    ids = {tokenizer.convert_tokens_to_ids(text) for text in special}
    plain, attack = (
        tokenizer(render(tokenizer, [text]), add_special_tokens=False)["input_ids"]
        for text in ("x", " x ".join(["x", *special, "x"]))
    )
    got, want = (Counter(one for one in found if one in ids) for found in (attack, plain))
    told = ", ".join(tokenizer.convert_ids_to_tokens(list(got - want)))
    template = "its chat template" if tokenizer.chat_template else "no chat template"
    harmless = "none of them counts" if got == want else f"some DO COUNT ({told})"
    return (
        f"Prompt: {template}, the text ends with {tokenizer.eos_token}; in a user's text, of "
        f"{len(special)} special tokens {harmless}."
    )


def _tokens(kept: Sequence[dict[str, Any]]) -> str:
    lengths = sorted(len(row["input_ids"]) for row in kept)
    if not lengths:
        return "Tokens: no row is left to train on."
    learned = sum(label != IGNORED for row in kept for label in row["labels"])
    parts = ", ".join(
        f"{share} % at most {lengths[(len(lengths) - 1) * share // 100]}" for share in _PERCENTILES
    )
    whole = sum(row["whole"] for row in kept)
    return (
        f"Tokens: {sum(lengths)} in {len(lengths)} rows, {learned} of them learned; of the rows "
        f"{parts}, the longest {lengths[-1]}; {whole} are learned whole."
    )


def _left_out(found: Sequence[dict[str, Any]], most: int | None) -> str:
    lengths = [len(row["input_ids"]) for row in found]
    free = sum(length == 0 for length in lengths)
    long = sum(length > (most or length) for length in lengths)
    limit = f"longer than max_tokens ({most})" if most else "too long, for max_tokens is not set"
    return (
        f"Left out: {long} rows {limit}, {free} without a choice to learn. Nothing is cut but what "
        "follows the last token that is learned."
    )


def _schedule(recipe: Recipe, schedule: Schedule) -> str:
    part = recipe.sft
    return (
        f"Schedule: {schedule.steps} steps of {part.per_device_train_batch_size} x "
        f"{part.gradient_accumulation_steps} rows, {schedule.epochs:.2f} epochs; {part.optim}, "
        f"{part.lr_scheduler_type} from {part.learning_rate:g} after {part.warmup_steps} steps of "
        f"warm-up; a checkpoint every {part.save_steps} steps. Rows are not packed but sorted by "
        f"length: {schedule.filled:.0%} of {schedule.tokens} tokens read only fill up."
    )


def _acceleration(recipe: Recipe) -> str:
    lacking = acceleration.lack(recipe.sft)
    name = recipe.sft.acceleration
    return f"Acceleration: {name}." + (f" Here it would be refused: {lacking}" if lacking else "")


def _adapter(model: Any) -> str:
    trained, total = model.get_nb_trainable_parameters()
    return f"Adapter: {trained} of {total} parameters are trained."


def _memory(model: Any, recipe: Recipe, gpu: Gpu, longest: int) -> str:
    found = taken(model, recipe, recipe.sft, gpu=True, longest=longest)
    room = CARDS[gpu].memory
    verdict = "it should fit" if found.total <= room else f"it does not fit: {LESS_MEMORY}"
    return (
        f"Memory: {found} with a batch of the longest rows, an estimate. The {gpu} has "
        f"{room / GIB:.1f} GiB: {verdict}."
    )


def _time(model: Any, recipe: Recipe, gpu: Gpu, schedule: Schedule) -> str:
    work = operations(
        matrices(model), schedule.tokens, recomputed=recipe.sft.activation_checkpointing
    )
    half = _half(recipe, CARDS[gpu])
    least, most = REACHED
    return (
        f"Time: {span(*seconds(CARDS[gpu], work, half=half))} on one {gpu}, an estimate and not "
        f"measured: {work:.1e} operations in {16 if half else 32} bits, at {least:.0%} to "
        f"{most:.0%} of the peak in its data sheet; loading, checkpoints and acceleration are "
        "left out."
    )


def _half(recipe: Recipe, card: Card) -> bool:
    """Whether matrices are multiplied in 16 bits; those in NF4 are unpacked to such."""
    part = recipe.sft
    return recipe.quantization == "nf4" or part.fp16 or (part.bf16 and card.bf16)
