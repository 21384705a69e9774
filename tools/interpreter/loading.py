"""Loading of models: without bars, and with errors that say what to check."""

from collections.abc import Iterator
from contextlib import contextmanager

from transformers.utils import logging as transformers_logging

from camara_qod.tools.errors import ModelError


@contextmanager
def explained(what: str, variable: str) -> Iterator[None]:
    """Errors of libraries become a `ModelError` that names a setting."""
    try:
        yield
    except (OSError, ValueError, ImportError, RuntimeError) as error:
        lines = str(error).strip().splitlines()
        reason = lines[0].rstrip(".") if lines else type(error).__name__
        raise ModelError(
            f"{what} cannot be loaded: {reason}. Check {variable}, and that the files are on this "
            "machine or the model hub can be reached."
        ) from error


@contextmanager
def quiet() -> Iterator[None]:
    """Without the loading bars, which a reader of a short command takes for its result."""
    shown = transformers_logging.is_progress_bar_enabled()
    transformers_logging.disable_progress_bar()
    try:
        yield
    finally:
        if shown:
            transformers_logging.enable_progress_bar()
