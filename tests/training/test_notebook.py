"""The notebook from top to bottom, on the tiny Phi-3."""

import os
import sys
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

NOTEBOOK = Path("training/notebooks/free_gpu.ipynb")


def test_the_notebook_runs_from_top_to_bottom(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cases = Path("data/test.jsonl").read_text(encoding="utf-8").splitlines()[::40]
    (tmp_path / "cases.jsonl").write_text("\n".join(cases), encoding="utf-8")
    monkeypatch.setenv("RECIPE", "tiny-phi3")
    monkeypatch.setenv("CASES", str(tmp_path / "cases.jsonl"))
    monkeypatch.setenv("RUNS", str(tmp_path))
    monkeypatch.setenv("PATH", f"{Path(sys.executable).parent}:{os.environ['PATH']}")
    notebook = nbformat.read(NOTEBOOK, as_version=4)
    assert all(not cell.get("outputs") for cell in notebook.cells)
    NotebookClient(notebook, timeout=300).execute()
    assert "8 hand-written requests" in (tmp_path / "results" / "README.md").read_text()
    card = (tmp_path / "export" / "README.md").read_text()
    assert "8 hand-written requests, grounded decoding" in card
    assert {path.name for path in (tmp_path / "export").iterdir()} == {
        "README.md",
        "adapter_config.json",
        "adapter_model.safetensors",
    }
