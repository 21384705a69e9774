"""How sure the model is of each part of its answer."""

from collections.abc import Sequence

from camara_qod.tools.interpreter.offering.notation import KIND, places

#: Names the choice of the operation among those of its arguments.
OPERATION = "operation"


def deciding(text: str, offsets: Sequence[int]) -> int:
    """How many choices decide what is done; what an aside is only decides what is said.

    Args:
        text: the answer, as the model wrote it.
        offsets: of each free choice, how many characters of the answer stand before it.
    """
    end = next((at for at, name in places(text) if name == KIND), len(text))
    return sum(offset < end for offset in offsets)


def certainty(
    text: str, offsets: Sequence[int], probabilities: Sequence[float]
) -> dict[str, float]:
    """The probability of each part: of the operation, and of what stands in each argument.

    What an aside is, is none: it decides what is said, and nothing that is done.

    Args:
        text: the answer, as the model wrote it.
        offsets: of each free choice, how many characters of the answer stand before it.
        probabilities: of each free choice, 0 to 1.

    Returns:
        By name. Empty where the engine does not tell.
    """
    if len(offsets) != len(probabilities) or not offsets:
        return {}
    starts = {0: OPERATION, **{at: name for at, name in places(text) if name != KIND}}
    found = dict.fromkeys(starts.values(), 1.0)
    count = deciding(text, offsets)
    for offset, probability in zip(offsets[:count], probabilities[:count], strict=True):
        part = max((start for start in starts if start <= offset), default=min(starts))
        found[starts[part]] *= probability
    return found
