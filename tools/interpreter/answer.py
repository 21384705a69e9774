"""An answer on its way: guessed ahead, and checked against the model's own choices."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from camara_qod.tools.interpreter.draft import Draft
from camara_qod.tools.interpreter.grammar import Matcher, Trace


@dataclass(frozen=True)
class _Choice:
    """A place, by its index in what is read, whose logits choose among what is allowed."""

    place: int
    allowed: NDArray[Any]
    guess: int | None


@dataclass
class Answer:
    """One request: what was emitted, what of it is still to be read, and the choices on the way.

    Args:
        prompt: token ids.
        matcher: follows the grammar.
        draft: guesses.
        trace: is filled.
        temperature: 0 takes the likeliest token.
    """

    prompt: list[int]
    matcher: Matcher
    draft: Draft
    trace: Trace
    temperature: float = 0.0
    emitted: list[int] = field(default_factory=list)
    _pending: list[int] = field(default_factory=list)
    _choices: list[_Choice] = field(default_factory=list)

    def begin(self, read: int) -> None:
        """Guess the answer, where the model has read so many tokens of the prompt."""
        self._pending = self.prompt[read:]
        self._forced()
        self._guess()

    @property
    def decided(self) -> bool:
        """Whether no choice is left to the model."""
        return not self._choices

    @property
    def unread(self) -> list[int]:
        """What the next pass reads: all up to the last choice."""
        return self._pending[: self._choices[-1].place + 1]

    @property
    def places(self) -> list[int]:
        """Where in `unread` the logits of choices are."""
        return [choice.place for choice in self._choices]

    @property
    def allowed(self) -> list[NDArray[Any]]:
        """Ids of the tokens among which each choice is."""
        return [choice.allowed for choice in self._choices]

    def choose(self, logits: torch.Tensor, tokens: NDArray[Any] | None = None) -> int:
        """Take the likeliest allowed tokens, up to the first that was not guessed; guess on there.

        Args:
            logits: of the choices, (as many as `places`, vocabulary or `tokens`).
            tokens: ids of the tokens that have logits, ascending; by default all have.

        Returns:
            How many tokens of `unread` stand.
        """
        self.trace.passes += 1
        stand = len(self.unread)
        for choice, scores in zip(self._choices, logits, strict=True):
            token = self._chosen(scores, choice, tokens)
            if token != choice.guess:
                self._give_back(len(self._pending) - 1 - choice.place)
                self._pending = []
                self._take(token)
                self._guess()
                return choice.place + 1
        self._choices = []
        return stand

    def _guess(self) -> None:
        """Go on to a choice that cannot be guessed, or to the end."""
        self._choices = []
        guess: int | None = 0
        while guess is not None and not self.matcher.done:
            allowed = self.matcher.allowed()
            guess = self.draft.guess(self.emitted, allowed)
            self._choices.append(_Choice(len(self._pending) - 1, allowed, guess))
            if guess is not None:
                self._take(guess)

    def _chosen(self, logits: torch.Tensor, choice: _Choice, tokens: NDArray[Any] | None) -> int:
        allowed = choice.allowed
        columns = allowed if tokens is None else np.searchsorted(tokens, allowed)
        scores = logits[torch.from_numpy(columns).to(logits.device)].float()
        if self.temperature:
            best = int((scores / self.temperature).softmax(-1).multinomial(1))
        else:
            best = int(scores.argmax())
        if len(allowed) > 1:
            behind = len(self._pending) - 1 - choice.place
            self.trace.note(scores.cpu().numpy(), best, len(self.emitted) - behind)
        return int(allowed[best])

    def _take(self, token: int) -> None:
        self.matcher.take(token)
        self._emit([token])
        self._forced()

    def _forced(self) -> None:
        """Take what the grammar leaves no choice about."""
        if not self.matcher.done:
            self._emit(self.matcher.forced())

    def _give_back(self, count: int) -> None:
        self.matcher.give_back(count)
        del self.emitted[len(self.emitted) - count :]

    def _emit(self, tokens: list[int]) -> None:
        self.emitted += tokens
        self._pending += tokens
