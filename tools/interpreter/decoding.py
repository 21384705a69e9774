"""Constrained decoding: the model chooses where the grammar leaves a choice, and only there.

In a grounded decision most tokens are forced. They are fed to the model in one pass together with
the last choice (llguidance's fast-forward tokens), so that a decision costs one pass a choice.
"""

import json
import threading
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import torch
from llguidance import LLMatcher
from numpy.typing import NDArray
from outlines.backends.llguidance import LLGuidanceBackend, LLGuidanceLogitsProcessor
from outlines.generator import SteerableGenerator
from outlines.models.transformers import Transformers

from camara_qod.tools.errors import DecodingError, RequestTooLong
from camara_qod.tools.interpreter.prompt_cache import PromptCache


@dataclass
class Trace:
    """What happened while decoding: the probability of each free choice, and model passes."""

    probabilities: list[float] = field(default_factory=list)
    passes: int = 0

    @property
    def confidence(self) -> float:
        """Probability of all free choices together, 0 to 1; 1 where nothing was free."""
        return float(np.prod(self.probabilities)) if self.probabilities else 1.0


@dataclass(frozen=True)
class Replay:
    """A text as the decoder would have emitted it: its tokens, and which of them were free."""

    token_ids: list[int]
    free: list[bool]


class Matcher:
    """One grammar being followed token by token.

    Raises:
        DecodingError: the grammar cannot be compiled.
    """

    def __init__(self, tokenizer: Any, grammar: str) -> None:
        self._matcher = LLMatcher(tokenizer, grammar)
        self._check()

    def forced(self) -> list[int]:
        """Tokens that the grammar leaves no choice about, taken."""
        tokens: list[int] = self._matcher.compute_ff_tokens()
        if tokens:
            self._matcher.consume_tokens(tokens)
        return tokens

    def allowed(self) -> NDArray[np.intp]:
        """Ids of the tokens that may come next."""
        bias = np.frombuffer(self._matcher.compute_logit_bias(), dtype=np.uint8)
        return np.flatnonzero(bias)

    def take(self, token: int) -> None:
        """Go on with a token out of `allowed()`."""
        self._matcher.consume_token(token)
        self._check()

    @property
    def done(self) -> bool:
        """Whether the text is complete."""
        return bool(self._matcher.is_stopped())

    def _check(self) -> None:
        if error := self._matcher.get_error():
            raise DecodingError(f"The decision grammar does not hold: {error}")


class FastForward(Transformers):  # type: ignore[misc]
    """Outlines' `Transformers` model with a greedy loop that skips what the grammar forces."""

    def __init__(self, model: Any, tokenizer: Any) -> None:
        super().__init__(model, tokenizer)
        self._prompts = PromptCache(model.config)

    @torch.inference_mode()
    def generate(
        self,
        model_input: str,
        output_type: LLGuidanceLogitsProcessor,
        *,
        trace: Trace,
        max_prompt_tokens: int,
    ) -> str:
        """Continue a prompt under a grammar.

        Args:
            model_input: the rendered prompt.
            output_type: carries the grammar and the tokenizer tables.
            trace: filled while decoding.
            max_prompt_tokens: longest prompt, in tokens.

        Raises:
            RequestTooLong: the prompt has more tokens than that.
        """
        prompt = self.hf_tokenizer(model_input, add_special_tokens=False)["input_ids"]
        if len(prompt) > max_prompt_tokens:
            raise RequestTooLong(
                f"The conversation takes {len(prompt)} tokens and the model reads at most "
                f"{max_prompt_tokens}: shorten it, start a new one, or raise "
                "QOD_MAX_PROMPT_TOKENS."
            )
        matcher = Matcher(output_type.llg_tokenizer, output_type.grammar)
        try:
            emitted = self._follow(matcher, prompt, trace)
        except BaseException:
            self._prompts.clear()  # the layers may hold different lengths
            raise
        return str(self.hf_tokenizer.decode(emitted, skip_special_tokens=True))

    def _follow(self, matcher: Matcher, prompt: list[int], trace: Trace) -> list[int]:
        """The tokens that the model chooses, and those that the grammar forces between them."""
        emitted = matcher.forced()
        cache, unread = self._prompts.resume(prompt)
        pending = unread + emitted
        while not matcher.done:
            ids = torch.tensor([pending], device=self.model.device)
            logits = self.model(ids, past_key_values=cache, logits_to_keep=1).logits[0, -1]
            token = self._choose(logits, matcher.allowed(), trace)
            matcher.take(token)
            pending = [token] if matcher.done else [token, *matcher.forced()]
            emitted += pending
        return emitted

    @staticmethod
    def _choose(logits: torch.Tensor, allowed: NDArray[np.intp], trace: Trace) -> int:
        trace.passes += 1
        choices = torch.from_numpy(allowed).to(logits.device)
        probabilities = logits[choices].float().softmax(-1)
        best = int(probabilities.argmax())
        if len(allowed) > 1:
            trace.probabilities.append(float(probabilities[best]))
        return int(allowed[best])


class Decoder:
    """A model that answers under a JSON Schema; safe to share between threads.

    Args:
        model: a causal language model of `transformers`, with or without a PEFT adapter.
        tokenizer: its tokenizer.
        max_prompt_tokens: longest prompt that is read.
    """

    def __init__(self, model: Any, tokenizer: Any, max_prompt_tokens: int = 2048) -> None:
        self.tokenizer = tokenizer
        self._model = FastForward(model, tokenizer)
        self._backend = LLGuidanceBackend(self._model)
        self._max_prompt_tokens = max_prompt_tokens
        self._lock = threading.Lock()

    def decode(self, prompt: str, schema: dict[str, Any]) -> tuple[str, Trace]:
        """The text that the model chooses among those the schema allows.

        Raises:
            RequestTooLong: the prompt is longer than `max_prompt_tokens`.
            DecodingError: the schema cannot be compiled.
        """
        trace = Trace()
        processor = self._backend.get_json_schema_logits_processor(json.dumps(schema))
        generator = SteerableGenerator.from_processor(self._model, processor)
        with self._lock:
            text = generator(prompt, trace=trace, max_prompt_tokens=self._max_prompt_tokens)
        return text, trace


class Replayer:
    """Walks known texts through the grammar, for training on exactly what decoding emits."""

    def __init__(self, tokenizer: Any) -> None:
        import llguidance.hf

        self._tokenizer = tokenizer
        self._tables = llguidance.hf.from_tokenizer(tokenizer)

    def replay(self, text: str, schema: dict[str, Any]) -> Replay:
        """The tokens by which the decoder would emit `text`.

        Raises:
            DecodingError: the schema does not allow the text.
        """
        grammar = LLMatcher.grammar_from_json_schema(json.dumps(schema))
        matcher = Matcher(self._tables, grammar)
        tokens = matcher.forced()
        free = [False] * len(tokens)
        while not matcher.done:
            token = self._next(text, tokens, set(matcher.allowed().tolist()))
            matcher.take(token)
            forced = [] if matcher.done else matcher.forced()
            tokens += [token, *forced]
            free += [True] + [False] * len(forced)
        if (emitted := self._tokenizer.decode(tokens, skip_special_tokens=True)) != text:
            raise DecodingError(f"The grammar leads to {emitted} instead of {text}.")
        return Replay(tokens, free)

    def _next(self, text: str, tokens: list[int], allowed: set[int]) -> int:
        done = self._tokenizer.decode(tokens, skip_special_tokens=True)
        if not text.startswith(done):
            raise DecodingError(f"The grammar leads to {done}, which does not begin {text}.")
        rest = self._tokenizer(text[len(done) :], add_special_tokens=False)["input_ids"]
        if rest and rest[0] in allowed:
            return int(rest[0])
        if not rest and self._tokenizer.eos_token_id in allowed:
            return int(self._tokenizer.eos_token_id)
        return self._longest(text, done, tokens, allowed)

    def _longest(self, text: str, done: str, tokens: list[int], allowed: set[int]) -> int:
        """The longest allowed token that goes on with the text.

        SentencePiece-style tokenizers put a space before the first word of what they are given,
        so the rest of a text cannot be tokenised by itself.
        """
        reached = {
            token: self._tokenizer.decode([*tokens, token], skip_special_tokens=True)
            for token in allowed
        }
        fitting = [
            token
            for token, reach in reached.items()
            if text.startswith(reach) and len(reach) > len(done)
        ]
        if not fitting:
            raise DecodingError(f"The grammar does not allow {text[len(done) :]!r} after {done}.")
        return max(fitting, key=lambda token: len(reached[token]))
