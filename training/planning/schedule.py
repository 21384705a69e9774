"""How many steps a run has, as `transformers.Trainer` counts them."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil

from camara_qod.training.recipe import DpoRecipe, SftRecipe


@dataclass(frozen=True)
class Schedule:
    """The steps of a run.

    Attributes:
        steps: of the optimiser.
        epochs: that those make; a part of one counts as a part.
        tokens: that are read in all, with what fills up short rows.
        filled: which share of them only fills up.
    """

    steps: int
    epochs: float
    tokens: int
    filled: float

    @classmethod
    def of(cls, part: SftRecipe | DpoRecipe, lengths: Sequence[int]) -> "Schedule":
        """The schedule of one process.

        Args:
            part: the stage.
            lengths: tokens of each row, in the order of training.
        """
        size = part.per_device_train_batch_size
        batches = ceil(len(lengths) / size)
        steps_an_epoch = max(1, ceil(batches / part.gradient_accumulation_steps))
        steps = (
            part.max_steps if part.max_steps > 0 else ceil(part.num_train_epochs * steps_an_epoch)
        )
        read = sum(max(batch) * len(batch) for batch in _batched(lengths, size))
        epochs = steps / steps_an_epoch
        return cls(steps, epochs, round(read * epochs), 1 - sum(lengths) / read if read else 0.0)


def _batched(lengths: Sequence[int], size: int) -> list[Sequence[int]]:
    return [lengths[at : at + size] for at in range(0, len(lengths), size)]
