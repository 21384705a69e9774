"""The fast-forward engine: an Outlines model that asks the model only where it has a choice.

In a grounded decision many tokens are forced (llguidance's fast-forward tokens), and the choices
between them are guessed from the schema: the whole likely answer is read in one pass, and the
model's own choices are compared with it. From the first that differs on it is guessed again. What a
prompt begins with in common with the last one is not read again.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from outlines.backends.llguidance import LLGuidanceLogitsProcessor
from outlines.models import Model

from camara_qod.tools.interpreter.answer import Answer
from camara_qod.tools.interpreter.draft import Draft
from camara_qod.tools.interpreter.grammar import Matcher, Trace
from camara_qod.tools.interpreter.llama import Llama
from camara_qod.tools.interpreter.pack import Pack, packed, shared_length
from camara_qod.tools.interpreter.prompt import check_length
from camara_qod.tools.interpreter.prompt_cache import PromptCache

#: Called before each pass; raises where the work is not to go on.
Checkpoint = Callable[[], None]
#: To gather the rows of more tokens takes as long as to score all.
_FEW = 4096


class FastForward(Model):  # type: ignore[misc]
    """A model of Outlines' with a loop of its own, which skips what the grammar forces.

    Args:
        model: a causal language model, ours or one of `transformers`.
        tokenizer: its tokenizer.
        temperature: 0 takes the likeliest token; above, tokens are drawn by their probabilities.
    """

    def __init__(self, model: Any, tokenizer: Any, temperature: float = 0.0) -> None:
        self.model = model
        self.hf_tokenizer = tokenizer
        self._temperature = temperature
        self._prompts = PromptCache(model)

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
        answer = self._begun(model_input, output_type, trace, max_prompt_tokens)
        return self._carried_out([answer], checkpoint)[0]

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
        answers = [
            self._begun(prompt, processor, trace, max_prompt_tokens)
            for prompt, processor, trace in zip(model_input, output_type, traces, strict=True)
        ]
        return self._carried_out(answers, checkpoint)

    def generate_stream(self, model_input: Any, output_type: Any = None, **_: Any) -> Iterator[str]:
        """Nothing is streamed: what is emitted may be given back."""
        raise NotImplementedError("A decision is told when it is whole.")

    def _begun(
        self, prompt: str, processor: LLGuidanceLogitsProcessor, trace: Trace, limit: int
    ) -> Answer:
        ids: list[int] = self.hf_tokenizer(prompt, add_special_tokens=False)["input_ids"]
        check_length(len(ids), limit)
        matcher = Matcher(processor.llg_tokenizer, processor.grammar)
        draft = Draft(processor.llg_tokenizer, processor.grammar)
        return Answer(ids, matcher, draft, trace, self._temperature)

    @torch.inference_mode()
    def _carried_out(self, answers: list[Answer], checkpoint: Checkpoint) -> list[str]:
        shared = shared_length(answers)
        window = getattr(self.model.config, "sliding_window", None)
        try:
            for together in packed(answers, shared, window):
                if len(together) == 1:
                    self._follow(together[0], checkpoint)
                else:
                    self._follow_all(together, shared, checkpoint)
        except BaseException:
            self._prompts.clear()  # the layers may hold different lengths
            raise
        for answer in answers:
            answer.trace.offsets = [
                len(self._text(answer.emitted[:place])) for place in answer.trace.places
            ]
        return [self._text(answer.emitted) for answer in answers]

    def _text(self, tokens: list[int]) -> str:
        return str(self.hf_tokenizer.decode(tokens, skip_special_tokens=True))

    def _follow(self, answer: Answer, checkpoint: Checkpoint) -> None:
        """One request: its whole prompt is remembered."""
        cache, common = self._prompts.resume(answer.prompt)
        answer.begin(common)
        while not answer.decided:
            checkpoint()
            ids = torch.tensor([answer.unread], device=self.model.device)
            places = torch.tensor(answer.places, device=self.model.device)
            tokens, few = self._scored(answer.allowed)
            output = self.model(ids, past_key_values=cache, logits_to_keep=places, **few)
            cache.crop(answer.choose(output.logits[0], tokens) - ids.shape[1])

    def _follow_all(self, answers: list[Answer], shared: int, checkpoint: Checkpoint) -> None:
        """Several: their common beginning is read once and remembered."""
        cache = self._read(answers[0].prompt[:shared], checkpoint)
        pack = Pack(answers, shared, self.model.dtype)
        while not pack.decided:
            checkpoint()
            held = cache.get_seq_length()
            inputs = {
                name: value.to(self.model.device) for name, value in pack.inputs(held).items()
            }
            tokens, few = self._scored(pack.allowed)
            output = self.model(**inputs, past_key_values=cache, **few)
            pack.choose(output.logits[0], held, tokens)
        cache.crop(shared - cache.get_seq_length())

    def _scored(
        self, allowed: Sequence[NDArray[Any]]
    ) -> tuple[NDArray[Any] | None, dict[str, torch.Tensor]]:
        """The tokens whose logits are wanted, and how ours is told; others compute them all."""
        tokens = np.unique(np.concatenate(allowed))
        if not isinstance(self.model, Llama) or len(tokens) > _FEW:
            return None, {}
        return tokens, {"tokens_to_score": torch.from_numpy(tokens)}

    def _read(self, beginning: list[int], checkpoint: Checkpoint) -> Any:
        """The cache, holding a beginning and nothing else."""
        # One token more, since one is always left to be read.
        cache, common = self._prompts.resume([*beginning, 0])
        if common < len(beginning):
            checkpoint()
            ids = torch.tensor([beginning[common:]], device=self.model.device)
            self.model(ids, past_key_values=cache, logits_to_keep=1)
        return cache
