"""Generated calls against the running mock, judged by the official OpenAPI documents.

All checks and all phases of Schemathesis, stateful links included; at least 2 000 calls for each
version of the APIs.
"""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from .conftest import RELEASES, SPECS
from .world import CLIENT, Environment

HERE = Path(__file__).parent
CALLS = 2000
_GENERATED = re.compile(r"([0-9,]+)\s+generated")


@pytest.mark.slow
@pytest.mark.parametrize("version", RELEASES)
def test_generated_calls(
    version: str,
    environments: dict[str, Environment],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    environment = environments[version]
    edition = environment.operator.edition
    calls = 0
    for name, root, examples in (
        ("quality-on-demand", edition.sessions, 150),
        ("qos-profiles", edition.profiles, 100),
    ):
        document = SPECS / name / RELEASES[version][1] / f"{name}.yaml"
        result = subprocess.run(
            [
                *(sys.executable, "-m", "schemathesis.cli"),
                *("--config-file", str(HERE / "schemathesis.toml"), "run", str(document)),
                *("--url", environment.root + root),
                *(
                    "--header",
                    f"Authorization: Bearer {environment.operator.authority.token(CLIENT)}",
                ),
                *("--checks", "all", "--max-examples", str(examples)),
                *("--seed", "1", "--no-color"),
            ],
            cwd=tmp_path,
            env=os.environ | {"SCHEMATHESIS_HOOKS": "schemathesis_hooks", "PYTHONPATH": str(HERE)},
            capture_output=True,
            text=True,
            timeout=1800,
            check=False,
        )
        assert result.returncode == 0, result.stdout[-8000:] + result.stderr[-2000:]
        found = _GENERATED.search(result.stdout)
        assert found, result.stdout[-3000:]
        calls += int(found[1].replace(",", ""))
    with capsys.disabled():
        print(f"\nSchemathesis, {edition.version}: {calls} generated calls, no failure")  # noqa: T201
    assert calls >= CALLS
