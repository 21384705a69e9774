#!/usr/bin/env bash
# accelerate 1.15.0 (PyPI), with torch 2.13.0.
#
# A configuration with `distributed_type: FSDP` and `use_cpu: true` is launched without a word and joins
# nothing: two processes start, and in each `Accelerator()` is of the type NO, the main process of one,
# and `prepare` hands the model back as it is. Both would train all of it, apart. torch itself can
# divide weights among processes on CPUs (`fully_shard` over gloo).
#
# Source: the package itself (`launch_command` starts them as for GPUs; `AcceleratorState.__init__` looks
# at FSDP for accelerators alone); the guide on FSDP does not speak of CPUs.
#
# Why it matters: a rehearsal on a CPU passes, writes its output twice, and has tried nothing of what
# the GPUs will run: names of weights, gathering for checkpoints, memory.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q --disable-pip-version-check accelerate==1.15.0 torch==2.13.0
cat >"$folder/fsdp.yaml" <<'YAML'
compute_environment: LOCAL_MACHINE
distributed_type: FSDP
use_cpu: true
num_machines: 1
num_processes: 2
machine_rank: 0
mixed_precision: "no"
fsdp_config:
  fsdp_version: 2
  fsdp_auto_wrap_policy: SIZE_BASED_WRAP
  fsdp_reshard_after_forward: true
  fsdp_state_dict_type: FULL_STATE_DICT
YAML
cat >"$folder/accelerated.py" <<'PYTHON'
import torch
from accelerate import Accelerator

accelerator = Accelerator()
model = accelerator.prepare(torch.nn.Linear(8, 8))
held = sum(value.numel() for value in model.parameters())
kind = accelerator.distributed_type.value
alone = accelerator.is_main_process and accelerator.num_processes == 1
print(f"accelerate: {kind}, {type(model).__name__}, {held} of 72 weights, alone: {alone}")
assert (kind, type(model).__name__, held, alone) == ("NO", "Linear", 72, True), (
    "the behaviour has changed"
)
PYTHON
cat >"$folder/torch_alone.py" <<'PYTHON'
import torch
from torch.distributed.device_mesh import init_device_mesh
from torch.distributed.fsdp import fully_shard

model = torch.nn.Linear(8, 8)
mesh = init_device_mesh("cpu", (2,))
fully_shard(model, mesh=mesh)
held = sum(value.to_local().numel() for value in model.parameters())
if mesh.get_rank() == 0:
    print(f"torch:      fully_shard, {held} of 72 weights in each of 2 processes")
assert held == 36, "the behaviour has changed"
torch.distributed.destroy_process_group()
PYTHON
export OMP_NUM_THREADS=1
"$folder/venv/bin/accelerate" launch --config_file "$folder/fsdp.yaml" "$folder/accelerated.py"
"$folder/venv/bin/torchrun" --nproc-per-node 2 "$folder/torch_alone.py"
