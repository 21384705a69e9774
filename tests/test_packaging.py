"""The installed plugin lives beside a project's own `tools/` and `agent/` folders."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def test_a_project_with_its_own_tools_and_agent(tmp_path: Path) -> None:
    site = tmp_path / "site"
    install = ["-m", "pip", "install", "--no-deps", "--no-build-isolation", "--target", str(site)]
    source = tmp_path / "source"
    subprocess.run(["git", "clone", "-q", str(ROOT), str(source)], check=True)
    subprocess.run([sys.executable, *install, "-q", str(source)], check=True)

    project = tmp_path / "project"
    for name in ("tools", "agent", "training", "data"):
        (project / name).mkdir(parents=True)
        (project / name / "__init__.py").write_text(f"OWNER = 'project {name}'")
    program = (
        "import agent, data, tools, training\n"
        "from camara_qod.tools.qod_tool import QodTool\n"
        "from camara_qod.tools.catalogue import load_catalogue\n"
        "import camara_qod.agent.cli, camara_qod.tools as ours\n"
        "print(tools.OWNER, '|', agent.OWNER, '|', QodTool().name, '|', end=' ')\n"
        "print(len(list(load_catalogue())))\n"
        "print(ours.__file__)"
    )
    shown = subprocess.run(
        [sys.executable, "-c", program],
        cwd=project,
        env=os.environ | {"PYTHONPATH": str(site)},
        capture_output=True,
        text=True,
        check=True,
    )
    first, place = shown.stdout.splitlines()[-2:]
    assert first == "project tools | project agent | quality_on_demand | 4"
    assert place.startswith(str(site))
