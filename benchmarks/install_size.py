"""How much an install takes, without torch, from the packages of this environment.

    python benchmarks/install_size.py            # the base install
    python benchmarks/install_size.py train      # with an extra, or several

Follows the requirements of `pyproject.toml` through all that they need. torch is left out with what
only it needs, for its size is that of the build that was chosen.
"""

import sys
import tomllib
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

PYPROJECT = Path(__file__).resolve().parent.parent / "pyproject.toml"
SHOWN = 15


def wanted(extras: list[str]) -> list[str]:
    """The requirements of the base install and of some extras."""
    project = tomllib.loads(PYPROJECT.read_text(encoding="utf-8"))["project"]
    optional = project["optional-dependencies"]
    return [*project["dependencies"], *(line for name in extras for line in optional[name])]


def sizes(requirements: list[str]) -> dict[str, int]:
    """Bytes of each package that an install fetches, torch left out."""
    found: dict[str, int] = {}
    seen: set[tuple[str, str]] = set()
    waiting = [(Requirement(line), "") for line in requirements]
    while waiting:
        asked, extra = waiting.pop()
        name = canonicalize_name(asked.name)
        if name == "torch" or not _applies(asked, extra):
            continue
        new = {(name, one) for one in ("", *asked.extras)} - seen
        seen |= new
        if new and (size := _size(name)) is not None:
            found[name] = size
            waiting += [(one, with_extra) for _, with_extra in new for one in _needs(name)]
    return found


def _applies(asked: Requirement, extra: str) -> bool:
    return asked.marker is None or asked.marker.evaluate({"extra": extra})


def _needs(name: str) -> Iterator[Requirement]:
    return map(Requirement, distribution(name).requires or [])


def _size(name: str) -> int | None:
    """Bytes on disk; nothing where it is not installed, as for another platform."""
    try:
        files = distribution(name).files or []
    except PackageNotFoundError:
        return None
    return sum(file.size or 0 for file in files)


def main() -> None:
    """Print the sum, and the largest packages."""
    found = sizes(wanted(sys.argv[1:]))
    print(f"{sum(found.values()) / 1e6:.0f} MB in {len(found)} packages, torch left out")
    for name in sorted(found, key=found.__getitem__, reverse=True)[:SHOWN]:
        print(f"{found[name] / 1e6:8.1f} MB  {name}")


if __name__ == "__main__":
    main()
