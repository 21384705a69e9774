"""Folders under `.cache/clients` in which other people's clients are installed, once."""

import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

HERE = Path(__file__).resolve().parent
CACHE = HERE.parent.parent / ".cache" / "clients"


def python_of(name: str) -> Path:
    """The Python of a virtual environment with what `NAME.txt` pins."""
    requirements = HERE / f"{name}.txt"

    def make(folder: Path) -> None:
        run(sys.executable, "-m", "venv", folder)
        pip = (folder / "bin" / "python", "-m", "pip", "install", "-q")
        run(*pip, "--disable-pip-version-check", "--no-deps", "-r", requirements)

    return made(CACHE / name, requirements, make) / "bin" / "python"


def npm_folder(name: str) -> Path:
    """A folder with what `NAME.json` pins, installed by npm."""
    package = HERE / f"{name}.json"

    def make(folder: Path) -> None:
        folder.mkdir(parents=True)
        shutil.copy(package, folder / "package.json")
        run("npm", "install", "--no-audit", "--no-fund", "--silent", cwd=folder)

    return made(CACHE / name, package, make)


def made(folder: Path, pins: Path, make: Callable[[Path], None]) -> Path:
    """A folder, made anew where the pins have changed since."""
    stamp, wanted = folder / ".pins", pins.read_text(encoding="utf-8")
    if not stamp.is_file() or stamp.read_text(encoding="utf-8") != wanted:
        shutil.rmtree(folder, ignore_errors=True)
        make(folder)
        stamp.write_text(wanted, encoding="utf-8")
    return folder


def run(*command: str | Path, cwd: Path | None = None) -> str:
    """What a command prints; the test fails with its errors where it fails."""
    done = subprocess.run(
        [str(part) for part in command],
        cwd=cwd,
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    assert done.returncode == 0, f"{command[:4]}: {done.stdout[-3000:]}{done.stderr[-3000:]}"
    return done.stdout
