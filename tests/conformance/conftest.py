import os
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from _pytest.terminal import TerminalReporter
from pytest_bdd.reporting import test_report_context_registry

from .steps import *  # noqa: F403  (pytest-bdd finds steps as fixtures of this module)
from .world import Environment, Specification, World, environment

ROOT = Path(__file__).resolve().parent.parent.parent
SPECS = Path(os.environ.get("CAMARA_SPECS", ROOT.parent / "shared" / "camara"))
#: The release that each version of the mock is judged by.
RELEASES = {"1.1": ("r3.2", "1.1.0_r3.2"), "1.2": ("r4.1", "1.2.0-rc.3_r4.1")}


@pytest.fixture(scope="session")
def environments() -> Iterator[dict[str, Environment]]:
    running: dict[str, Environment] = {}
    contexts = []
    for version, (_, folder) in RELEASES.items():
        files = {
            name: Specification(SPECS / name / folder / f"{name}.yaml")
            for name in ("quality-on-demand", "qos-profiles")
        }
        context = environment(version, files)
        running[version] = context.__enter__()
        contexts.append(context)
    yield running
    for context in contexts:
        context.__exit__(None, None, None)


@pytest.fixture
def world(environments: dict[str, Environment], request: pytest.FixtureRequest) -> World:
    return World(environments[request.module.VERSION])


def pytest_bdd_apply_tag(tag: str, function: object) -> bool:
    """CAMARA's tags are names of scenarios, not markers of ours."""
    return True


def pytest_terminal_summary(terminalreporter: TerminalReporter) -> None:
    """How many of CAMARA's cases ran, by release, API and outcome."""
    counts: Counter[tuple[str, str, str]] = Counter()
    for outcome in ("passed", "failed", "skipped"):
        for report in terminalreporter.getreports(outcome):
            if context := test_report_context_registry.get(report):
                file = Path(context.scenario["feature"]["filename"])
                api = "sessions" if file.name.startswith("quality-on-demand") else "profiles"
                counts[file.parent.name, api, outcome] += 1
    for (release, api, outcome), count in sorted(counts.items()):
        terminalreporter.write_line(f"CAMARA {release}, {api}: {count} cases {outcome}")
