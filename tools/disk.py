"""A file that could not be written, in the errors of the libraries that write models."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from camara_qod.tools.errors import QodError
from camara_qod.tools.faults import reason

#: safetensors and tokenizers, whose errors are of Rust; torch, in the middle of an archive, at its
#: end, which hides what was before, and in a file of its older form.
_TOLD = re.compile(
    r"\(os error \d+\)|file write failed|unexpected pos \d+ vs \d+|fd \d+ failed with|space left"
)


def unwritten(error: Exception) -> str | None:
    """Why a file could not be written; `None` where an error tells of something else.

    Args:
        error: an `OSError`, or what a library made of one: of no common class, and of tokenizers
            `Exception` itself.
    """
    if isinstance(error, OSError):
        return error.strerror or reason(error)
    return reason(error) if _TOLD.search(str(error)) else None


@contextmanager
def explained(sentence: Callable[[str, Exception], QodError]) -> Iterator[None]:
    """A file that could not be written ends in an error of ours; all others pass.

    Args:
        sentence: makes it, of why it could not be written and of the library's own error.

    Raises:
        QodError: the one that was made.
    """
    try:
        yield
    except QodError:
        raise
    except Exception as error:
        if (why := unwritten(error)) is None:
            raise
        raise sentence(why, error) from error
