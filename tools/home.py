"""Paths that begin in somebody's home folder."""

import errno
from pathlib import Path


def expanded(path: Path) -> Path:
    """A path with the home folder in place of its `~`.

    Raises:
        FileNotFoundError: there is no such home folder, of which Python's error speaks of code.
    """
    try:
        return path.expanduser()
    except RuntimeError as error:
        raise FileNotFoundError(errno.ENOENT, "there is no such home folder", str(path)) from error
