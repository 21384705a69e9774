"""The fast-forward engine: an Outlines model that asks the model only where it has a choice.

In a grounded decision most tokens are forced (llguidance's fast-forward tokens), and the choices
between them are guessed from the schema: the whole likely answer is read in one pass, and the
model's own choices are compared with it. From the first that differs on it is guessed again. What a
prompt begins with in common with the last one is not read again.
"""

from collections.abc import Callable, Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any

import torch
from numpy.typing import NDArray
from outlines.backends.llguidance import LLGuidanceLogitsProcessor
from outlines.models.transformers import Transformers

from camara_qod.tools.errors import RequestTooLong
from camara_qod.tools.interpreter.draft import Draft
from camara_qod.tools.interpreter.grammar import Matcher, Trace
from camara_qod.tools.interpreter.prompt_cache import PromptCache, common_length

#: Called before each pass; raises where the work is not to go on.
Checkpoint = Callable[[], None]


@dataclass(frozen=True)
class _Choice:
    """A place, by its index in what is read, whose logits choose among what is allowed."""

    place: int
    allowed: NDArray[Any]
    guess: int | None


@dataclass
class _Row:
    """One request: what was emitted, what of it is still to be read, and the choices on the way."""

    matcher: Matcher
    trace: Trace
    draft: Draft
    pending: list[int]
    temperature: float = 0.0
    emitted: list[int] = field(default_factory=list)
    _choices: list[_Choice] = field(default_factory=list)

    def forced(self) -> None:
        """Take what the grammar forces."""
        self._emit([] if self.matcher.done else self.matcher.forced())

    def speculate(self) -> None:
        """Guess on, up to a choice that cannot be guessed or to the end."""
        self._look_ahead(self.draft.guess)

    def wait(self) -> None:
        """Guess nothing: the next pass reads up to the next choice."""
        self._look_ahead(lambda *_: None)

    def _look_ahead(self, guessed: Callable[[list[int], NDArray[Any]], int | None]) -> None:
        self._choices = []
        guess: int | None = 0
        while guess is not None and not self.matcher.done:
            allowed = self.matcher.allowed()
            guess = guessed(self.emitted, allowed)
            self._choices.append(_Choice(len(self.pending) - 1, allowed, guess))
            if guess is not None:
                self._take(guess)

    @property
    def unread(self) -> list[int]:
        """What the next pass reads: all up to the last choice."""
        return self.pending[: self.places[-1] + 1]

    @property
    def places(self) -> list[int]:
        """Where in `unread` the logits of choices are."""
        return [choice.place for choice in self._choices]

    def choose(self, logits: torch.Tensor) -> int:
        """Take the likeliest allowed tokens, up to the first that was not guessed.

        Args:
            logits: of the choices, (as many as `places`, vocabulary).

        Returns:
            How many tokens of `unread` stand.
        """
        self.trace.passes += 1
        for choice, scores in zip(self._choices, logits, strict=True):
            token = self._chosen(scores, choice.allowed)
            if token != choice.guess:
                self._give_back(len(self.pending) - 1 - choice.place)
                self.pending = []
                self._take(token)
                return choice.place + 1
        return len(self.unread)

    def _chosen(self, logits: torch.Tensor, allowed: NDArray[Any]) -> int:
        choices = torch.from_numpy(allowed).to(logits.device)
        scores = logits[choices].float()
        probabilities = scores.softmax(-1)
        if self.temperature:
            best = int((scores / self.temperature).softmax(-1).multinomial(1))
        else:
            best = int(probabilities.argmax())
        if len(allowed) > 1:
            self.trace.probabilities.append(float(probabilities[best]))
        return int(allowed[best])

    def _take(self, token: int) -> None:
        self.matcher.take(token)
        self._emit([token])
        self.forced()

    def _give_back(self, count: int) -> None:
        self.matcher.give_back(count)
        del self.emitted[len(self.emitted) - count :]

    def _emit(self, tokens: list[int]) -> None:
        self.emitted += tokens
        self.pending += tokens


class FastForward(Transformers):  # type: ignore[misc]
    """Outlines' `Transformers` model with a loop of its own, which skips what the grammar forces.

    Args:
        model: a causal language model.
        tokenizer: its tokenizer.
        temperature: 0 takes the likeliest token; above, tokens are drawn by their probabilities.
    """

    def __init__(self, model: Any, tokenizer: Any, temperature: float = 0.0) -> None:
        super().__init__(model, tokenizer)
        self._temperature = temperature
        self._prompts = PromptCache(model.config)

    def generate(
        self,
        model_input: str,
        output_type: LLGuidanceLogitsProcessor,
        *,
        trace: Trace,
        max_prompt_tokens: int,
        checkpoint: Checkpoint = lambda: None,
    ) -> str:
        """Continue a prompt under a grammar.

        Args:
            model_input: the rendered prompt.
            output_type: carries the grammar and the tokenizer tables.
            trace: filled while decoding.
            max_prompt_tokens: longest prompt, in tokens.
            checkpoint: called before each pass.

        Raises:
            RequestTooLong: the prompt has more tokens than that.
        """
        row = self._row(model_input, output_type, trace, max_prompt_tokens)
        return self._carried_out([row], checkpoint)[0]

    def generate_batch(
        self,
        model_input: Sequence[str],
        output_type: Sequence[LLGuidanceLogitsProcessor],
        *,
        traces: Sequence[Trace],
        max_prompt_tokens: int,
        checkpoint: Checkpoint = lambda: None,
    ) -> list[str]:
        """Continue several prompts together, each under a grammar of its own.

        Args:
            model_input: the rendered prompts.
            output_type: one for each prompt.
            traces: one for each prompt.
            max_prompt_tokens: longest prompt, in tokens.
            checkpoint: called before each pass.

        Raises:
            RequestTooLong: a prompt has more tokens than that.
        """
        rows = [
            self._row(prompt, processor, trace, max_prompt_tokens)
            for prompt, processor, trace in zip(model_input, output_type, traces, strict=True)
        ]
        return self._carried_out(rows, checkpoint)

    def _row(
        self, prompt: str, processor: LLGuidanceLogitsProcessor, trace: Trace, limit: int
    ) -> _Row:
        ids: list[int] = self.hf_tokenizer(prompt, add_special_tokens=False)["input_ids"]
        if len(ids) > limit:
            raise RequestTooLong(
                f"The conversation takes {len(ids)} tokens and the model reads at most {limit}: "
                "shorten it, start a new one, or raise QOD_MAX_PROMPT_TOKENS."
            )
        matcher = Matcher(processor.llg_tokenizer, processor.grammar)
        draft = Draft(processor.llg_tokenizer, processor.grammar)
        return _Row(matcher, trace, draft, ids, self._temperature)

    @torch.inference_mode()
    def _carried_out(self, rows: list[_Row], checkpoint: Checkpoint) -> list[str]:
        try:
            follow = self._follow if len(rows) == 1 else self._follow_all
            follow(rows, checkpoint)
        except BaseException:
            self._prompts.clear()  # the layers may hold different lengths
            raise
        return [
            str(self.hf_tokenizer.decode(row.emitted, skip_special_tokens=True)) for row in rows
        ]

    def _follow(self, rows: list[_Row], checkpoint: Checkpoint) -> None:
        """One request: no padding, and its prompt is remembered."""
        (row,) = rows
        cache, row.pending = self._prompts.resume(row.pending)
        row.forced()
        while not row.matcher.done:
            checkpoint()
            row.speculate()
            ids = torch.tensor([row.unread], device=self.model.device)
            places = torch.tensor(row.places, device=self.model.device)
            output = self.model(ids, past_key_values=cache, logits_to_keep=places)
            if wrong := ids.shape[1] - row.choose(output.logits[0]):
                cache.crop(-wrong)

    def _follow_all(self, rows: list[_Row], checkpoint: Checkpoint) -> None:
        """Several: their common beginning is read once, and each pass is padded on the left."""
        prompts = [row.pending for row in rows]
        shared = min(common_length(prompts[0], prompt[:-1]) for prompt in prompts)
        cache = self._read(prompts[0][:shared], checkpoint)
        for row in rows:
            row.pending = row.pending[shared:]
            row.forced()
        live = [row for row in rows if not row.matcher.done]
        cache.batch_repeat_interleave(max(len(live), 1))
        mask = torch.ones(len(live), shared, dtype=torch.long, device=self.model.device)
        while live:
            checkpoint()
            # A batch keeps the processor busy; wrong guesses would be work in vain.
            for row in live:
                row.wait()
            ids, chunk = self._padded([row.unread for row in live])
            mask = torch.cat([mask, chunk], dim=1)
            places = (mask.cumsum(dim=1) - 1).clamp(min=0)[:, -ids.shape[1] :]
            output = self.model(
                ids,
                attention_mask=mask,
                position_ids=places,
                past_key_values=cache,
                logits_to_keep=1,
            )
            for row, logits in zip(live, output.logits, strict=True):
                row.choose(logits)
            left = [at for at, row in enumerate(live) if not row.matcher.done]
            if len(left) < len(live):
                cache.batch_select_indices(torch.tensor(left, dtype=torch.long))
                mask = mask[left]
                live = [live[at] for at in left]

    def _read(self, prefix: list[int], checkpoint: Checkpoint) -> Any:
        """A cache that holds a beginning."""
        if not prefix:
            return PromptCache(self.model.config).resume([])[0]
        # One token more, since at least one is always left to be read.
        cache, unread = self._prompts.resume([*prefix, prefix[-1]])
        if len(unread) > 1:
            checkpoint()
            ids = torch.tensor([unread[:-1]], device=self.model.device)
            self.model(ids, past_key_values=cache, logits_to_keep=1)
        return deepcopy(cache)

    def _padded(self, pending: list[list[int]]) -> tuple[torch.Tensor, torch.Tensor]:
        """Ids and mask, (rows, longest)."""
        width = max(len(tokens) for tokens in pending)
        gaps = [width - len(tokens) for tokens in pending]
        ids = [[0] * gap + tokens for gap, tokens in zip(gaps, pending, strict=True)]
        mask = [[0] * gap + [1] * (width - gap) for gap in gaps]
        device = self.model.device
        return torch.tensor(ids, device=device), torch.tensor(mask, device=device)
