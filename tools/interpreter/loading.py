"""Loading of models: without bars, and with errors that say what to check."""

from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from contextvars import ContextVar
from functools import partialmethod
from types import MappingProxyType

from camara_qod.tools.errors import ModelError
from camara_qod.tools.faults import reason

#: What settings are called where an option or a recipe has named the value.
_CALLED: ContextVar[Mapping[str, str]] = ContextVar("called", default=MappingProxyType({}))


class Damage(Exception):
    """A file of a model or an adapter is not what it should be; becomes a `ModelError`."""


class Missing(Exception):
    """A model or an adapter is not where it should be; becomes a `ModelError`."""


class Mismatch(Exception):
    """An adapter is whole, and for another model; becomes a `ModelError`."""


@contextmanager
def called(**names: str) -> Iterator[None]:
    """Errors inside speak of what the user wrote: `called(QOD_ADAPTER="--adapter")`.

    Args:
        names: by setting, what it is called instead.
    """
    token = _CALLED.set({**_CALLED.get(), **names})
    try:
        yield
    finally:
        _CALLED.reset(token)


def of_options(**given: object) -> AbstractContextManager[None]:
    """Errors inside speak of the options that were given: `of_options(model=None, adapter="x")`.

    Args:
        given: by option, its value; `None` where the setting holds.
    """
    names = {name: value for name, value in given.items() if value is not None}
    return called(**{f"QOD_{name.upper()}": f"--{name}" for name in names})


@contextmanager
def explained(what: str, variable: str) -> Iterator[None]:
    """Whatever goes wrong becomes a `ModelError` that names the failure, a setting and a remedy.

    Libraries raise errors of every kind about files that are damaged, of no common class.

    Args:
        what: what is loaded, such as "The adapter /models/mine".
        variable: the setting that names it.
    """
    named = _CALLED.get().get(variable, variable)
    try:
        yield
    except ModelError:
        raise
    except Damage as error:
        raise ModelError(
            f"{what} cannot be used: {error}. Get its files anew (`git lfs pull`, or download "
            f"again), or set {named} to another."
        ) from error
    except Missing as error:
        raise ModelError(
            f"{what} cannot be used: {error}. Set {named} to a folder that is on this machine, or "
            "to an id of the model hub where that can be reached."
        ) from error
    except Mismatch as error:
        raise ModelError(
            f"{what} is for another model: {error}. Name that model, or set {named} to an adapter "
            "of this one."
        ) from error
    except Exception as error:
        raise ModelError(
            f"{what} cannot be loaded: {reason(error)}. Check {named}, and that the files are "
            "on this machine or the model hub can be reached."
        ) from error


@contextmanager
def quiet() -> Iterator[None]:
    """Without the loading bars, which a reader of a short command takes for its result."""
    from tqdm import tqdm  # type: ignore[import-untyped]  # it has no stubs
    from transformers.utils import logging as transformers_logging  # takes a second to import

    shown, begin = transformers_logging.is_progress_bar_enabled(), tqdm.__init__
    transformers_logging.disable_progress_bar()
    # The bar of GGUF files is tqdm's own, and has no switch.
    tqdm.__init__ = partialmethod(begin, disable=True)
    try:
        yield
    finally:
        tqdm.__init__ = begin
        if shown:
            transformers_logging.enable_progress_bar()
