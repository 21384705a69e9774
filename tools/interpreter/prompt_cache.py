"""Keys and values of what the model has read, for the next prompt that begins alike.

All prompts share their instructions, and a conversation that goes on shares all its turns: only
what is new is read.
"""

from typing import Any

from camara_qod.tools.interpreter.llama import Llama


class PromptCache:
    """The key-value cache of one sequence; not safe to share between threads.

    Args:
        model: whose keys and values they are, ours or one of `transformers`.
    """

    def __init__(self, model: Any) -> None:
        self._model = model
        self._read: list[int] = []
        self._cache = self._empty()

    def resume(self, prompt: list[int]) -> tuple[Any, int]:
        """The cache cut back to what a prompt has in common with the last one.

        Args:
            prompt: token ids.

        Returns:
            A cache to go on with, and how many tokens of the prompt it holds: never all, so that
            there are logits to choose from.
        """
        held = self._cache.get_seq_length()
        common = min(common_length(self._read, prompt[:-1]), held)
        surplus = held - common
        if self._slid():
            common, self._cache = 0, self._empty()
        elif surplus:
            self._cache.crop(-surplus)
        self._read = list(prompt)
        return self._cache, common

    def clear(self) -> None:
        """Forget everything, as after a pass that failed half-way."""
        self._read, self._cache = [], self._empty()

    def _empty(self) -> Any:
        if isinstance(self._model, Llama):
            return self._model.new_cache()
        from transformers import DynamicCache  # takes seconds to import

        cache = DynamicCache(config=self._model.config)
        # Sliding windows keep what a wrong guess may give back.
        cache.activate_past_recording()
        return cache

    def _slid(self) -> bool:
        """Whether a sliding window has dropped the beginning."""
        return any(
            layer.is_sliding and layer.get_seq_length() >= layer.sliding_window
            for layer in self._cache.layers
        )


def common_length(first: list[int], second: list[int]) -> int:
    """How many tokens two sequences begin with together."""
    for index, (left, right) in enumerate(zip(first, second, strict=False)):
        if left != right:
            return index
    return min(len(first), len(second))
