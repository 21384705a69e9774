"""A grammar being followed token by token, and what was chosen on the way."""

import math
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from llguidance import LLMatcher
from numpy.typing import NDArray

from camara_qod.tools.errors import DecodingError
from camara_qod.tools.interpreter.calibration import Calibration


@dataclass
class Trace:
    """What happened while decoding: the probability of each free choice, and model passes.

    Attributes:
        probabilities: of each free choice, calibrated.
        passes: through the model.
        scores: of each free choice, the logits of what was allowed, the chosen token's first.
        places: of each free choice, how many tokens of the answer stand before it.
        offsets: of each free choice, how many characters of the answer do; set at the end.
        calibration: from scores to probabilities and confidence.
    """

    probabilities: list[float] = field(default_factory=list)
    passes: int = 0
    scores: list[NDArray[Any]] = field(default_factory=list)
    places: list[int] = field(default_factory=list)
    offsets: list[int] = field(default_factory=list)
    calibration: Calibration = field(default_factory=Calibration)

    @property
    def confidence(self) -> float:
        """How often all free choices together are right, 0 to 1; 1 where nothing was free."""
        return self.sure(len(self.probabilities))

    def sure(self, count: int) -> float:
        """How often the first choices together are right, 0 to 1."""
        return self.calibration.confidence(math.prod(self.probabilities[:count]))

    def note(self, scores: NDArray[Any], chosen: int, place: int = 0) -> None:
        """Add a choice among tokens with these logits, behind so many tokens of the answer."""
        self.places.append(place)
        self.scores.append(np.concatenate([scores[[chosen]], np.delete(scores, chosen)]))
        self.probabilities.append(probability(self.scores[-1], self.calibration.temperature))


def probability(scores: NDArray[Any], temperature: float) -> float:
    """Softmax of the first of some logits at a temperature, 0 to 1."""
    scaled = scores.astype(np.float64) / temperature
    return float(1 / np.exp(scaled - scaled[0]).sum())


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

    def give_back(self, count: int) -> None:
        """Undo the last tokens that were taken."""
        self._matcher.rollback(count)
        self._check()

    @property
    def done(self) -> bool:
        """Whether the text is complete."""
        return bool(self._matcher.is_stopped())

    def _check(self) -> None:
        if error := self._matcher.get_error():
            raise DecodingError(
                f"The decision grammar does not hold ({str(error).rstrip('.')}): say it in other "
                "words, and report the request that led to it."
            )
