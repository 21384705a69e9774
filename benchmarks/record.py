"""Figures are kept with the machine and the versions they were measured on."""

import json
import os
import platform
import sys
from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent / "results"


def save(name: str, figures: dict[str, Any], packages: Sequence[str]) -> None:
    """Write figures into `results/<name>.json`, and show them."""
    import torch  # not before: what starts processes must be small

    report = {
        "command": " ".join(["python", f"benchmarks/{Path(sys.argv[0]).name}", *sys.argv[1:]]),
        **figures,
        "machine": f"{platform.machine()}, {torch.backends.cpu.get_cpu_capability()}, "
        f"{os.cpu_count()} cores",
        "threads": torch.get_num_threads(),
        "python": platform.python_version(),
        "versions": {name: found for name in packages if (found := _installed(name))},
    }
    text = json.dumps(report, indent=1)
    FOLDER.mkdir(exist_ok=True)
    (FOLDER / f"{name}.json").write_text(text + "\n", encoding="utf-8")
    print(text)


def _installed(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None
