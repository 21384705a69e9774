"""Whether what was said is text at all."""

from collections.abc import Iterable

from camara_qod.tools.errors import UnreadableText


def check_text(turns: Iterable[object]) -> None:
    """Refuse what no tokenizer and no API can take.

    Python lets half a character (a lone surrogate) stand in a string: JSON holds one where an emoji
    was cut in two, and a command line where a byte could not be decoded.

    Args:
        turns: what was said, one by one.

    Raises:
        UnreadableText: one is no string, or cannot be written as UTF-8.
    """
    for turn in turns:
        if not isinstance(turn, str):
            raise UnreadableText(
                f"A request is text, and this is {type(turn).__name__}: decode it first."
            )
        try:
            turn.encode()
        except UnicodeEncodeError as error:
            raise UnreadableText(
                f"The request is no text: character {error.start + 1} is half a character or a "
                "byte that could not be decoded. Write it again, as UTF-8."
            ) from None
