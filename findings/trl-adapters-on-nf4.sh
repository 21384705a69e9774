#!/usr/bin/env bash
# trl 1.16.0 (PyPI), with peft 0.21.2, transformers 5.23.0, bitsandbytes 0.50.2 and torch 2.13.0.
#
# `SFTTrainer` turns the weights of an adapter on a base in NF4 into bfloat16 when it is made, whatever
# `bf16` and `fp16` in its configuration say; on a base that is not quantized they stay as they are.
# An adapter that was trained in float32 and is gone on with is rounded, and a step of a usual learning
# rate is often less than bfloat16 can tell apart: a weight of 0.05 plus 0.0001 is 0.05 again.
#
# Source: the package itself (`SFTTrainer.__init__`; a comment there names the QLoRA paper).
#
# Why it matters: the loss still falls, so nothing looks wrong. Who wants the weights in 32 bits sets
# them so again between the trainer's construction and `train()`.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q --disable-pip-version-check trl==1.16.0 peft==0.21.2 \
  transformers==5.23.0 bitsandbytes==0.50.2 torch==2.13.0
cd "$folder" && HF_HUB_OFFLINE=1 "$folder/venv/bin/python" - <<'PYTHON'
import warnings

import torch
from datasets import Dataset
from peft import LoraConfig, get_peft_model
from tokenizers import Tokenizer, models
from transformers import (
    AutoModelForCausalLM,
    BitsAndBytesConfig,
    LlamaConfig,
    LlamaForCausalLM,
    PreTrainedTokenizerFast,
)
from trl import SFTConfig, SFTTrainer

warnings.filterwarnings("ignore")
torch.manual_seed(0)
words = {word: at for at, word in enumerate(["<s>", "</s>", "<unk>", "a", "b", "c"])}
tokenizer = PreTrainedTokenizerFast(
    tokenizer_object=Tokenizer(models.WordLevel(words, unk_token="<unk>")),
    bos_token="<s>",
    eos_token="</s>",
    pad_token="</s>",
)
config = LlamaConfig(
    vocab_size=64, hidden_size=64, intermediate_size=64, num_hidden_layers=1, num_attention_heads=1
)
LlamaForCausalLM(config).save_pretrained("model")
tokenizer.save_pretrained("model")
rows = Dataset.from_list([{"input_ids": [3, 4, 5, 1], "labels": [3, 4, 5, 1]}] * 2)


def adapter(quantization):
    """The adapter's type before and after the trainer is made, and what was lost of its weights."""
    base = AutoModelForCausalLM.from_pretrained(
        "model", dtype=torch.float32, quantization_config=quantization
    )
    lora = LoraConfig(task_type="CAUSAL_LM", target_modules=["q_proj"])
    model = get_peft_model(base, lora)
    ours = {name: value for name, value in model.named_parameters() if value.requires_grad}
    before = {name: value.detach().clone() for name, value in ours.items()}
    options = SFTConfig(output_dir="out", bf16=False, fp16=False, use_cpu=True, report_to="none")
    SFTTrainer(model=model, args=options, train_dataset=rows, processing_class=tokenizer)
    lost = max(float((before[name] - value.float()).abs().max()) for name, value in ours.items())
    types = {value.dtype for value in before.values()}, {value.dtype for value in ours.values()}
    return *types, lost


nf4 = BitsAndBytesConfig(
    load_in_4bit=True, bnb_4bit_quant_type="nf4", bnb_4bit_compute_dtype=torch.float32
)
plain, quantized = adapter(None), adapter(nf4)
weight = torch.tensor(0.05, dtype=torch.bfloat16)
stays = bool(weight + 0.0001 == weight)
print("base in float32: adapter", *plain)
print("base in NF4:     adapter", *quantized)
print("0.05 + 0.0001 is 0.05 in bfloat16:", stays)
assert plain[:2] == ({torch.float32}, {torch.float32}) and plain[2] == 0, "the behaviour has changed"
assert quantized[:2] == ({torch.float32}, {torch.bfloat16}), "the behaviour has changed"
assert quantized[2] > 0 and stays, "the behaviour has changed"
PYTHON
