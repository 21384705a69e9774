"""How a command line ends: one line for an error, and an exit status that tells its kind."""

import logging
import os
import sys
import warnings
from collections.abc import Callable
from io import TextIOWrapper
from typing import Any

from camara_qod.tools.errors import QodError, SettingsError
from camara_qod.tools.screen import screen

EXIT_FAILED = 1
EXIT_USAGE = 2
#: As a shell tells of a process that was interrupted.
EXIT_INTERRUPTED = 130


def run(command: Callable[[], Any]) -> Any:
    """Carry out a command; an error ends in a sentence, not in a traceback.

    Args:
        command: what is to be done.

    Raises:
        SystemExit: 2 where something that the user wrote does not hold, 1 where it was tried and
            failed, 130 after Ctrl-C. A server takes Ctrl-C as its end, which is no failure.
    """
    _any_text()
    _quiet_libraries()
    try:
        made = command()
        if sys.stdout:
            sys.stdout.flush()
        return made
    except QodError as error:
        status = EXIT_USAGE if isinstance(error, SettingsError) else EXIT_FAILED
        raise _ended(str(error), status) from error
    except BrokenPipeError as error:
        # Whoever read the output has enough of it.
        raise SystemExit(EXIT_FAILED) from error
    except OSError as error:
        where = error.filename or "The output"
        told = f"{where} cannot be read or written ({error.strerror or error}): see to its disk."
        raise _ended(told, EXIT_FAILED) from error
    except KeyboardInterrupt as error:
        raise SystemExit(EXIT_INTERRUPTED) from error


def _quiet_libraries() -> None:
    """Warnings of libraries are no news to a user, who cannot act on them.

    They are printed where Python is told to (`-W`, `PYTHONWARNINGS`).
    """
    os.environ.setdefault("TRANSFORMERS_VERBOSITY", "error")
    if not sys.warnoptions:
        warnings.filterwarnings("ignore")
    for library in ("torchao", "bitsandbytes"):
        logging.getLogger(library).setLevel(logging.ERROR)


def _any_text() -> None:
    """Let no encoding of a terminal's stop a command.

    A byte that cannot be decoded gets as far as the check that refuses it with a sentence, and a
    character that cannot be encoded is printed as its number.
    """
    if isinstance(sys.stdin, TextIOWrapper):
        sys.stdin.reconfigure(errors="surrogateescape")
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def _ended(sentence: str, status: int) -> SystemExit:
    # What users typed stands in messages, and brackets in it are no markup.
    screen(stderr=True).print(sentence, style="red")
    return SystemExit(status)
