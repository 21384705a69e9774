"""The fine-tuned weights as a GGUF file, so that llama.cpp decides with the same model."""

import re
from pathlib import Path
from typing import Any

import gguf
import numpy as np
from numpy.typing import NDArray

_NAMES = {
    "attn_q": "self_attn.q_proj",
    "attn_k": "self_attn.k_proj",
    "attn_v": "self_attn.v_proj",
    "attn_output": "self_attn.o_proj",
    "ffn_gate": "mlp.gate_proj",
    "ffn_up": "mlp.up_proj",
    "ffn_down": "mlp.down_proj",
}


def write(model: Any, base: Path, target: Path) -> None:
    """Put a model's matrices in the place of those of the file it was made from.

    Args:
        model: a Llama of `transformers` with merged adapters, float32.
        base: GGUF file of the model before fine-tuning; its metadata, norms and the type that each
            tensor is quantised to are kept.
        target: the new file.
    """
    reader = gguf.GGUFReader(base)
    writer = gguf.GGUFWriter(target, "llama")
    for field in reader.fields.values():
        if field.name == gguf.Keys.General.ARCHITECTURE or field.name.startswith("GGUF."):
            continue
        kind = field.types[0]
        sub = field.types[-1] if kind == gguf.GGUFValueType.ARRAY else None
        writer.add_key_value(field.name, field.contents(), kind, sub_type=sub)
    weights = model.state_dict()
    for tensor in reader.tensors:
        matrix = _matrix(tensor.name, weights, model.config)
        data = tensor.data if matrix is None else gguf.quantize(matrix, tensor.tensor_type)
        writer.add_tensor(tensor.name, data, raw_dtype=tensor.tensor_type)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def _matrix(name: str, weights: dict[str, Any], config: Any) -> NDArray[np.float32] | None:
    if name == "token_embd.weight":
        return weights["model.embed_tokens.weight"].numpy()  # type: ignore[no-any-return]
    found = re.fullmatch(r"blk\.(\d+)\.(\w+)\.weight", name)
    if not found or found[2] not in _NAMES:
        return None
    matrix = weights[f"model.layers.{found[1]}.{_NAMES[found[2]]}.weight"].numpy()
    heads = {"attn_q": config.num_attention_heads, "attn_k": config.num_key_value_heads}
    return _interleaved(matrix, heads[found[2]]) if found[2] in heads else matrix


def _interleaved(matrix: NDArray[np.float32], heads: int) -> NDArray[np.float32]:
    """Rows in the order of llama.cpp's rotary embedding, which pairs neighbours."""
    rows, columns = matrix.shape
    halves = matrix.reshape(heads, 2, rows // heads // 2, columns)
    return halves.swapaxes(1, 2).reshape(rows, columns)
