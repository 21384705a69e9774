"""A base model and its tokenizer out of Hugging Face's form, every weight accounted for.

`transformers` takes a checkpoint with missing, misnamed or superfluous weights with a warning, and
fills what it does not find with chance.
"""

from pathlib import Path
from typing import Any

from camara_qod.tools.interpreter.adapter import is_finite, some, unfit
from camara_qod.tools.interpreter.files import check_model
from camara_qod.tools.interpreter.loading import Damage, explained, quiet
from camara_qod.tools.interpreter.manifest import changed


def load_base(place: Path | str, name: str, **options: Any) -> tuple[Any, Any]:
    """A causal language model and its tokenizer.

    Args:
        place: folder, or id of Hugging Face's hub.
        name: what the settings call it.
        options: of `from_pretrained`, such as the type of the numbers; `gguf_file` names a GGUF
            file in the folder.

    Raises:
        ModelError: it cannot be had, or its files are damaged.
    """
    from transformers import AutoModelForCausalLM, AutoTokenizer  # takes seconds to import

    gguf = options.get("gguf_file")
    # Of what was converted here and has not changed since, everything was looked at then.
    known = Path(place).is_dir() and not changed(Path(place))
    with quiet():
        if Path(place).exists() and gguf is None:
            with explained(f"The model {name}", "QOD_MODEL"):
                check_model(Path(place))
        with explained(f"The tokenizer of {name}", "QOD_MODEL"):
            tokenizer = AutoTokenizer.from_pretrained(
                place, gguf_file=gguf, trust_remote_code=False
            )
        with explained(f"The model {name}", "QOD_MODEL"):
            model, told = AutoModelForCausalLM.from_pretrained(
                place,
                output_loading_info=True,
                ignore_mismatched_sizes=True,
                trust_remote_code=False,
                **options,
            )
            _check_fit(told)
            if not known:
                _check_values(model)
            _check_tokenizer(model, tokenizer)
    return model, tokenizer


def gguf_options(file: Path) -> dict[str, Any]:
    """Options of `load_base` for a GGUF file in a folder: its weights become ordinary ones."""
    from transformers import GgufConfig  # takes seconds to import, and is seldom needed

    return {"gguf_file": file.name, "quantization_config": GgufConfig(dequantize=True)}


def _check_fit(told: dict[str, Any]) -> None:
    shapes = {name: (given, wanted) for name, given, wanted in sorted(told["mismatched_keys"])}
    faults = unfit(told["missing_keys"], told["unexpected_keys"], shapes)
    if faults:
        raise Damage(f"its weights do not fit its config.json: {faults}")


def _check_values(model: Any) -> None:
    wrong = [name for name, weight in model.named_parameters() if not _is_sound(weight)]
    if wrong:
        raise Damage(f"its weights hold values that are no numbers: {some(wrong)}")


def _is_sound(weight: Any) -> bool:
    """Of weights in 4 bits, the scales tell: one value that is no number spoils them all."""
    state = getattr(weight, "quant_state", None)
    return is_finite(weight if state is None else state.offset)


def _check_tokenizer(model: Any, tokenizer: Any) -> None:
    rows = model.get_input_embeddings().num_embeddings
    if len(tokenizer) > rows:
        raise Damage(f"its tokenizer has {len(tokenizer)} tokens and its weights have {rows}")
    if tokenizer.eos_token is None:
        raise Damage("its tokenizer_config.json names no end of text (eos_token)")
