"""Several requests decided together, where one that fails does not spoil the others."""

from collections.abc import Sequence

from camara_qod.tools.errors import QodError
from camara_qod.tools.interpreter.deadline import Deadline
from camara_qod.tools.interpreter.deciding import Decoder, Trace
from camara_qod.tools.interpreter.decoding import Request

Answer = tuple[str, Trace]


def answers(
    decoder: Decoder, requests: Sequence[Request], seconds: float
) -> list[Answer | QodError]:
    """An answer or an error for each, in their order.

    Args:
        decoder: decides.
        requests: what is asked.
        seconds: that all may take; where they are decided one by one, each.
    """
    try:
        return list(decoder.decode_many(requests, Deadline(seconds)))
    except QodError as error:
        if len(requests) == 1:
            return [error]
    return [found for one in requests for found in answers(decoder, [one], seconds)]
