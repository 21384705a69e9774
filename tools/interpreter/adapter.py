"""An adapter put onto a model, every weight of it accounted for.

PEFT takes an adapter with missing, misnamed or superfluous weights in silence: what it does not
find stays as it was initialised, which leaves the model as if it had not been trained.
"""

import warnings
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import torch

from camara_qod.tools.faults import reason
from camara_qod.tools.interpreter.files import (
    ADAPTER_CONFIG,
    ADAPTER_WEIGHTS,
    check_adapter,
    check_names,
)
from camara_qod.tools.interpreter.loading import Damage, Mismatch, explained, quiet

#: Names of the same model.
_SAME = {"embedded": "smollm2-135m-instruct"}


def adapted(model: Any, adapter: str | Path, base: str, *, trainable: bool = False) -> Any:
    """A PEFT model: the given one under an adapter.

    Args:
        model: the base.
        adapter: a folder, or an id of Hugging Face's hub.
        base: what the base is called in the settings.
        trainable: whether it is going to be trained further.

    Raises:
        ModelError: the adapter is damaged, or for another base.
    """
    from peft import PeftModel  # takes seconds to import

    place, options = str(adapter), {"is_trainable": trainable, "ignore_mismatched_sizes": True}
    with quiet(), explained(f"The adapter {adapter}", "QOD_ADAPTER"), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # what they warn of is an error here
        config = _config(place, base)
        weights = _weights(place)
        with _of_config(f"({_about(config)}) is not for {base}"):
            made = PeftModel.from_pretrained(model, place, **options)
        # What did not fit is only told when it is asked for a second time.
        faults = _unfit(made, weights, made.load_adapter(place, "default", **options))
        if faults:
            raise Damage(
                f"{ADAPTER_WEIGHTS} does not fit {base} under {ADAPTER_CONFIG} "
                f"({_about(config)}): {faults}"
            )
    return made


def check(adapter: str | Path, base: str) -> None:
    """Look at an adapter before its base is loaded, which takes longer.

    Args:
        adapter: as `adapted`.
        base: as `adapted`.

    Raises:
        ModelError: it cannot be had, its files are damaged, or it is for another base.
    """
    with quiet(), explained(f"The adapter {adapter}", "QOD_ADAPTER"):
        _config(str(adapter), base)


def finite_weights(adapter: str | Path) -> dict[str, torch.Tensor]:
    """The tensors of an adapter by their names in its file.

    Args:
        adapter: as `adapted`.

    Raises:
        ModelError: its file is damaged, or holds NaN or infinity.
    """
    with quiet(), explained(f"The adapter {adapter}", "QOD_ADAPTER"):
        return _weights(str(adapter))


def _config(place: str, base: str) -> Any:
    from peft import PeftConfig  # takes seconds to import

    from camara_qod.tools.interpreter.place import check_place  # as does what this imports

    check_place(place, ADAPTER_CONFIG)
    folder = Path(place)
    if folder.is_dir():
        check_adapter(folder)
    with _of_config("does not hold"):
        config = PeftConfig.from_pretrained(place)
    if folder.is_dir():
        check_names(folder, config.to_dict())
    _check_base(config.base_model_name_or_path, base)
    return config


def _weights(place: str) -> dict[str, torch.Tensor]:
    from peft import load_peft_weights

    weights: dict[str, torch.Tensor] = load_peft_weights(place, device="cpu")
    wrong = [name for name, tensor in weights.items() if not is_finite(tensor)]
    if wrong:
        raise Damage(f"{ADAPTER_WEIGHTS} holds values that are no numbers: {some(wrong)}")
    return weights


@contextmanager
def _of_config(fault: str) -> Iterator[None]:
    """Errors of PEFT that have their cause in the adapter's configuration."""
    try:
        yield
    except OSError:
        raise
    except Exception as error:
        raise Damage(f"{ADAPTER_CONFIG} {fault}: {reason(error)}") from error


def _about(config: Any) -> str:
    trained_on = config.base_model_name_or_path or "a base that is not named"
    return f"rank {getattr(config, 'r', 'none')}, trained on {trained_on}"


def _check_base(trained_on: str | None, base: str) -> None:
    """Names tell something only where both are names: a folder may be called anything."""
    if trained_on is None or any(_is_path(name) for name in (trained_on, base)):
        return
    if _name(trained_on) != _name(base):
        raise Mismatch(
            f"it was trained on {trained_on} and the model is {base} (where these are the same, "
            f"say so under base_model_name_or_path in {ADAPTER_CONFIG})"
        )


def _is_path(name: str) -> bool:
    return Path(name).is_absolute() or name.startswith(".") or Path(name).exists()


def _name(model: str) -> str:
    name = model.rpartition("/")[2].lower()
    return _SAME.get(name, name)


def is_finite(tensor: torch.Tensor) -> bool:
    """Whether a tensor is free of NaN and infinity.

    Its sum tells, in a tenth of the time that it takes to look at each value.
    """
    return not tensor.is_floating_point() or bool(tensor.sum(dtype=torch.float32).isfinite())


def _unfit(made: Any, weights: Mapping[str, torch.Tensor], result: Any) -> str:
    # In the model a weight's name has the adapter's in it.
    lacking = {name.replace(".default", ""): name for name in result.missing_keys}
    shapes = {
        name: (weights[name].shape, made.get_parameter(inside).shape)
        for name, inside in lacking.items()
        if name in weights
    }
    missing = [name for name in lacking if name not in weights]
    return unfit(missing, result.unexpected_keys, shapes)


def unfit(
    missing: Collection[str],
    unexpected: Collection[str],
    shapes: Mapping[str, tuple[Sequence[int], Sequence[int]]],
) -> str:
    """What does not fit between the weights of a file and those of a model, or nothing.

    Args:
        missing: those that only the model has.
        unexpected: those that only the file has.
        shapes: of others, the shape in the file and that in the model.
    """
    faults = []
    if missing:
        faults.append(f"missing is {some(missing)}")
    if unexpected:
        faults.append(f"there is no place for {some(unexpected)}")
    for given, wanted in list(shapes.values())[:1]:
        sizes = (" × ".join(map(str, size)) for size in (given, wanted))
        faults.append(f"the shape is {' and not '.join(sizes)} of {some(shapes)}")
    return "; ".join(faults)


def some(names: Collection[str]) -> str:
    """The first of several names, and how many more there are."""
    first = min(names)
    return first if len(names) == 1 else f"{first} and {len(names) - 1} more"
