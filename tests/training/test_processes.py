"""Several processes, as `accelerate launch` starts them: two on this processor, over gloo."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import torch
import yaml
from accelerate.commands.config.config_args import load_config_from_file
from safetensors.torch import load_file

from camara_qod.training.recipe import Recipe, load_recipe
from camara_qod.training.stages import sft

CONFIGS = Path("training/accelerate")
#: What the launcher hands to its processes for the lines of fsdp.yaml.
FSDP = {
    "ACCELERATE_USE_FSDP": "true",
    "FSDP_VERSION": "2",
    "FSDP_AUTO_WRAP_POLICY": "TRANSFORMER_BASED_WRAP",
    "FSDP_RESHARD_AFTER_FORWARD": "true",
    "FSDP_STATE_DICT_TYPE": "FULL_STATE_DICT",
}


def recipe(model: Path, accumulated: int, quantization: str) -> Recipe:
    """The tiny recipe without chance in it; a step takes the rows of all processes."""
    value = load_recipe("tiny-phi3").model_dump() | {
        "model": str(model),
        "quantization": quantization,
    }
    value["data"] |= {"examples": 24, "validation_examples": 0}
    value["lora"] |= {"lora_dropout": 0.0}
    value["sft"] |= {
        "gradient_accumulation_steps": accumulated,
        "activation_checkpointing": quantization == "nf4",
        "optim": "adamw_torch",
    }
    return Recipe.model_validate(value)


def train_in_two(chosen: Recipe, folder: Path) -> None:
    path = folder / "two.yaml"
    path.write_text(yaml.safe_dump(chosen.model_dump()))
    launch = ["-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2"]
    words = ["-m", "camara_qod.training.cli", "sft", str(path), "--output", str(folder / "two")]
    done = subprocess.run(
        [sys.executable, *launch, *words],
        env=os.environ | {"OMP_NUM_THREADS": "1", "ACCELERATE_USE_CPU": "true"},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr[-3000:]


@pytest.mark.slow
@pytest.mark.parametrize("quantization", ["nf4", "none"])
def test_two_processes_make_the_adapter_of_one(
    tiny_phi3: Path, tmp_path: Path, quantization: str
) -> None:
    one = sft.train(recipe(tiny_phi3, 4, quantization), tmp_path / "one")
    train_in_two(recipe(tiny_phi3, 2, quantization), tmp_path)
    manifest = json.loads((tmp_path / "two" / "manifest.json").read_text())
    assert manifest["processes"] == {"count": 2, "distributed": "MULTI_CPU"}
    expected, found = (
        load_file(folder / "adapter_model.safetensors")
        for folder in (one, tmp_path / "two" / "adapter")
    )
    assert found.keys() == expected.keys()
    for name, value in expected.items():
        torch.testing.assert_close(found[name], value, atol=1e-5, rtol=1e-4)
    # B begins as zero: it has moved by far more than that.
    assert max(value.abs().max() for name, value in found.items() if "lora_B" in name) > 2e-4


@pytest.mark.parametrize("name", ["ddp", "fsdp"])
def test_the_shipped_configurations_are_ones_of_accelerate(name: str) -> None:
    config = load_config_from_file(str(CONFIGS / f"{name}.yaml"))
    assert (config.num_machines, config.num_processes, config.mixed_precision) == (1, 2, "no")
    kind = {"ddp": "MULTI_GPU", "fsdp": "FSDP"}[name]
    assert config.distributed_type.value == kind
    given = {f"{key.upper()}": str(value).lower() for key, value in config.fsdp_config.items()}
    for key, value in FSDP.items() if name == "fsdp" else ():
        assert given.get(key, "true") == value.lower()
