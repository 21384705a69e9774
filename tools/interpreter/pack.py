"""Several answers in one sequence, in which each sees but its own tokens.

Nothing is padded, so that a batch costs what its tokens cost; and a wrong guess is just never
looked at again (sequence packing: Krell et al. 2021, "Efficient Sequence Packing without
Cross-contamination").
"""

from collections.abc import Iterator, Sequence
from itertools import accumulate
from typing import Any

import torch
from numpy.typing import NDArray

from camara_qod.tools.interpreter.answer import Answer
from camara_qod.tools.interpreter.prompt_cache import common_length

#: An answer has hardly ever more tokens.
_ANSWER = 64
#: So many tokens keep a processor busy; scores between answers that do not see each other are work
#: in vain, and grow with the square.
_LIMIT = 1024


class Pack:
    """Answers that one model reads together.

    Args:
        answers: not begun.
        shared: how many tokens their prompts begin with in common; the model has read them.
        dtype: of the model.
    """

    def __init__(self, answers: Sequence[Answer], shared: int, dtype: torch.dtype) -> None:
        self._dtype = dtype
        self._answers = answers
        self._starts: list[int] = []
        #: For each answer, where in the sequence its own tokens are.
        self._own = [list(range(shared)) for _ in answers]
        for answer in answers:
            answer.begin(shared)

    @property
    def decided(self) -> bool:
        """Whether no choice is left in any of them."""
        return all(answer.decided for answer in self._answers)

    def inputs(self, held: int) -> dict[str, Any]:
        """Arguments of the model's next pass.

        Args:
            held: how many tokens its cache holds.

        Returns:
            `input_ids` and `position_ids` (1, unread), `attention_mask` (1, 1, unread, held +
            unread), which is added to the scores, and `logits_to_keep` (choices).
        """
        unread = [[] if answer.decided else answer.unread for answer in self._answers]
        self._starts = [0, *accumulate(map(len, unread))]
        positions = [
            len(own) + at
            for own, ids in zip(self._own, unread, strict=True)
            for at in range(len(ids))
        ]
        places = [
            start + at
            for answer, start in zip(self._answers, self._starts, strict=False)
            for at in answer.places
        ]
        return {
            "input_ids": torch.tensor([[token for ids in unread for token in ids]]),
            "position_ids": torch.tensor([positions]),
            "attention_mask": self._mask(held),
            "logits_to_keep": torch.tensor(places),
        }

    @property
    def allowed(self) -> list[NDArray[Any]]:
        """Ids of the tokens among which each choice is."""
        return [ids for answer in self._answers for ids in answer.allowed]

    def choose(self, logits: torch.Tensor, held: int, tokens: NDArray[Any] | None = None) -> None:
        """Take what the model chooses.

        Args:
            logits: of the choices, (choices, vocabulary or `tokens`).
            held: as for the inputs.
            tokens: as for `Answer.choose`.
        """
        each = torch.split(logits, [len(answer.places) for answer in self._answers])
        for answer, scores, own, start in zip(
            self._answers, each, self._own, self._starts, strict=False
        ):
            if not answer.decided:
                first = held + start
                own += range(first, first + answer.choose(scores, tokens))

    def _mask(self, held: int) -> torch.Tensor:
        total = self._starts[-1]
        lowest = torch.finfo(self._dtype).min
        mask = torch.full((total, held + total), lowest, dtype=self._dtype)
        for own, start, end in zip(self._own, self._starts, self._starts[1:], strict=False):
            mask[start:end, own] = 0
            mask[start:end, held + start : held + end].triu_(1)
        return mask[None, None]


def shared_length(answers: Sequence[Answer]) -> int:
    """How many tokens all prompts begin with in common, short of the last of any."""
    first = answers[0].prompt
    return min(common_length(first, answer.prompt[:-1]) for answer in answers)


def packed(answers: Sequence[Answer], shared: int, window: int | None) -> Iterator[list[Answer]]:
    """Answers that fit into one sequence together, in their order.

    Args:
        answers: at least one.
        shared: how many tokens their prompts begin with in common.
        window: how far the model looks back, if that has an end.
    """
    free = room = min(_LIMIT, (window or _LIMIT)) - shared
    pack: list[Answer] = []
    for answer in answers:
        size = len(answer.prompt) - shared + _ANSWER
        if pack and size > free:
            yield pack
            pack, free = [], room
        pack.append(answer)
        free -= size
    yield pack
