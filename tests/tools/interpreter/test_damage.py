"""Whatever is wrong with the files of a model or an adapter is an error that names it."""

import shutil
from pathlib import Path

import pytest
import torch
from peft import LoraConfig, get_peft_model
from safetensors.torch import load_file

from camara_qod.tools.errors import ModelError
from camara_qod.tools.interpreter.adapter import adapted
from camara_qod.tools.interpreter.embedded import shipped_adapter
from camara_qod.tools.interpreter.files import check_adapter, check_model
from camara_qod.tools.interpreter.loading import Damage
from camara_qod.tools.interpreter.model import load_model
from camara_qod.tools.settings import QodSettings

from .damage import (
    POINTER,
    Damaging,
    changed,
    cut,
    gone,
    holds,
    more,
    pointer,
    renamed,
    smaller,
    spoilt,
    weights,
    without,
)

TARGETS = ["qkv_proj", "o_proj", "gate_up_proj", "down_proj"]
WEIGHTS, CONFIG = "adapter_model.safetensors", "adapter_config.json"
MODEL, TOKENS, SPECIAL = "model.safetensors", "tokenizer.json", "tokenizer_config.json"


def settings(**values: object) -> QodSettings:
    return QodSettings(_env_file=None, device="cpu", **values)


@pytest.fixture(scope="module")
def adapter(tiny_phi3: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A whole adapter for the tiny Phi-3."""
    folder = tmp_path_factory.mktemp("adapter")
    base, _ = load_model(settings(model=str(tiny_phi3)))
    config = LoraConfig(r=4, target_modules=TARGETS, init_lora_weights=False, task_type="CAUSAL_LM")
    get_peft_model(base, config).save_pretrained(folder)
    return folder


ADAPTERS: list[tuple[Damaging, str]] = [
    (pointer(WEIGHTS), f"{WEIGHTS} is a pointer of Git LFS"),
    (holds(WEIGHTS, ""), f"{WEIGHTS} is empty"),
    (holds(WEIGHTS, "<html>not found</html>"), f"{WEIGHTS} is no safetensors file"),
    (cut(WEIGHTS), f"{WEIGHTS} has 15352 bytes where its header tells of 30704"),
    (cut(WEIGHTS, 0.01), f"{WEIGHTS} is no safetensors file, or cut off in its header"),
    (gone(WEIGHTS), f"{WEIGHTS} is missing"),
    (weights(WEIGHTS, spoilt("lora_B", torch.nan)), f"{WEIGHTS} holds values that are no numbers"),
    (weights(WEIGHTS, spoilt("lora_A", -torch.inf)), f"{WEIGHTS} holds values that are no numbers"),
    (weights(WEIGHTS, without("lora_A")), r"missing is base_model\.\S+lora_A\.weight\. Get"),
    (
        weights(WEIGHTS, renamed("base_model.model.", "base_model.")),
        r"missing is base_model\.model\.model\S+ and 15 more; there is no place for base_model\.",
    ),
    (weights(WEIGHTS, more("base_model.model.other.lora_A.weight")), "there is no place for"),
    (weights(WEIGHTS, smaller("lora_A")), "the shape is 2 × 128 and not 4 × 128 of"),
    (pointer(CONFIG), f"{CONFIG} is a pointer of Git LFS"),
    (holds(CONFIG, ""), f"{CONFIG} is empty"),
    (holds(CONFIG, "[]"), f"{CONFIG} is no JSON object"),
    (holds(CONFIG, "{}"), f"{CONFIG} lacks peft_type"),
    (cut(CONFIG), f"{CONFIG} is no JSON, or cut off"),
    (gone(CONFIG), f"{CONFIG} is missing"),
    (changed(CONFIG, r=8), "rank 8.* the shape is 4 × 64 and not 8 × 64 of"),
    (changed(CONFIG, r="x"), CONFIG),
    (changed(CONFIG, peft_type="NONE"), f"{CONFIG} does not hold"),
    (changed(CONFIG, lora_alpha=None, lora_alfa=32), f"{CONFIG} lacks lora_alpha"),
    (changed(CONFIG, use_rslorra=True), f"{CONFIG} has use_rslorra, which PEFT here does not know"),
    (changed(CONFIG, target_modules=TARGETS[:1]), "there is no place for"),
    (changed(CONFIG, target_modules=["q_proj"]), r"trained on \S+ is not for"),
    (changed(CONFIG, layers_to_transform=[0]), "there is no place for"),
]


@pytest.mark.parametrize(("damage", "words"), ADAPTERS, ids=map(str, range(len(ADAPTERS))))
def test_a_damaged_adapter(
    tiny_phi3: Path, adapter: Path, tmp_path: Path, damage: Damaging, words: str
) -> None:
    folder = Path(shutil.copytree(adapter, tmp_path / "adapter"))
    damage(folder)
    with pytest.raises(ModelError, match=words) as raised:
        load_model(settings(model=str(tiny_phi3), adapter=str(folder)))
    assert f"The adapter {folder} cannot be used" in str(raised.value)
    assert "set QOD_ADAPTER to another" in str(raised.value)


MODELS: list[tuple[Damaging, str]] = [
    (pointer(MODEL), f"{MODEL} is a pointer of Git LFS"),
    (holds(MODEL, ""), f"{MODEL} is empty"),
    (cut(MODEL), f"{MODEL} has 339844 bytes where its header tells of 679688"),
    (gone(MODEL), "no file named model.safetensors"),
    (weights(MODEL, spoilt("qkv", torch.nan)), "hold values that are no numbers: model.layers.0"),
    (weights(MODEL, spoilt("norm", torch.inf)), "hold values that are no numbers"),
    (weights(MODEL, without("qkv")), "missing is model.layers.0.self_attn.qkv_proj.weight"),
    (weights(MODEL, renamed("qkv", "kqv")), r"missing is \S+qkv\S+ and 1 more; there is no place"),
    (weights(MODEL, smaller("o_proj")), "the shape is 2 × 64 and not 64 × 64 of"),
    (weights(MODEL, more("other.weight")), "there is no place for other.weight"),
    (changed("config.json", num_hidden_layers=3), "missing is model.layers.2"),
    (changed("config.json", num_hidden_layers=1), "there is no place for model.layers.1"),
    (changed("config.json", model_type=None), "config.json lacks model_type"),
    (changed("config.json", vocab_size=300), "tiny-phi3"),
    (holds("config.json", ""), "config.json is empty"),
    (gone("config.json"), "config.json is missing"),
    (holds("generation_config.json", "{"), "generation_config.json is no JSON"),
    (pointer("chat_template.jinja"), "chat_template.jinja is a pointer of Git LFS"),
    (gone(TOKENS), f"{TOKENS} is missing"),
    (holds(TOKENS, "{}"), f"{TOKENS} lacks model"),
    (cut(TOKENS), f"{TOKENS} is no JSON, or cut off"),
    (pointer(TOKENS), f"{TOKENS} is a pointer of Git LFS"),
    (gone(SPECIAL), f"{SPECIAL} is missing"),
    (holds(SPECIAL, "[]"), f"{SPECIAL} is no JSON object"),
    (holds(SPECIAL, "{}"), f"{SPECIAL} names no end of text"),
]


@pytest.mark.parametrize(("damage", "words"), MODELS, ids=map(str, range(len(MODELS))))
def test_a_damaged_model(tiny_phi3: Path, tmp_path: Path, damage: Damaging, words: str) -> None:
    folder = Path(shutil.copytree(tiny_phi3, tmp_path / "tiny-phi3"))
    damage(folder)
    with pytest.raises(ModelError, match=words) as raised:
        load_model(settings(model=str(folder)))
    assert str(folder) in str(raised.value)
    assert "QOD_MODEL" in str(raised.value)


def test_a_damaged_model_in_four_bits(tiny_phi3: Path, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(tiny_phi3, tmp_path / "model"))
    weights(MODEL, spoilt("down_proj", torch.nan))(folder)
    with pytest.raises(ModelError, match=r"no numbers: model\.layers\.0\.mlp\.down_proj"):
        load_model(settings(model=str(folder), quantization="nf4"))


def test_a_tokenizer_of_another_model(tiny_phi3: Path, tmp_path: Path) -> None:
    from tokenizers import Tokenizer

    folder = Path(shutil.copytree(tiny_phi3, tmp_path / "model"))
    tokens = Tokenizer.from_file(str(folder / TOKENS))
    tokens.add_tokens([f"extra{number}" for number in range(100)])
    tokens.save(str(folder / TOKENS))
    with pytest.raises(ModelError, match="its tokenizer has 729 tokens and its weights have 682"):
        load_model(settings(model=str(folder)))


def test_a_file_is_no_model(tmp_path: Path) -> None:
    (tmp_path / "model.bin").write_bytes(b"GGUF")
    with pytest.raises(ModelError, match=r"model\.bin is a file.* GGUF file"):
        load_model(settings(model=str(tmp_path / "model.bin")))


def test_a_damaged_gguf_file(tmp_path: Path) -> None:
    (tmp_path / "model.gguf").write_bytes(b"GGUF")
    with pytest.raises(ModelError, match=r"model\.gguf.* QOD_MODEL"):
        load_model(settings(model=str(tmp_path / "model.gguf")))


def test_a_shard_that_is_missing(tiny_phi3: Path, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(tiny_phi3, tmp_path / "model"))
    index = '{"weight_map": {"a": "model.safetensors", "b": "model-00002-of-00002.safetensors"}}'
    (folder / "model.safetensors.index.json").write_text(index)
    with pytest.raises(Damage, match=r"model-00002-of-00002\.safetensors is missing"):
        check_model(folder)


def test_what_is_cut_off_is_seen_in_large_files_too(tiny_phi3: Path, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(tiny_phi3, tmp_path / "model"))
    padded = (folder / TOKENS).read_text().rstrip("}\n ") + " " * 1_100_000 + "}"
    (folder / TOKENS).write_text(padded)
    check_model(folder)
    (folder / TOKENS).write_text(padded[:-1])
    with pytest.raises(Damage, match=f"{TOKENS} is no JSON, or cut off"):
        check_model(folder)


def test_weights_of_pytorch(tmp_path: Path, adapter: Path) -> None:
    folder = Path(shutil.copytree(adapter, tmp_path / "adapter"))
    gone(WEIGHTS)(folder)
    torch.save({"a": torch.zeros(3)}, folder / "adapter_model.bin")
    check_adapter(folder)
    cut("adapter_model.bin")(folder)
    with pytest.raises(Damage, match=r"adapter_model\.bin is no PyTorch file, or cut off"):
        check_adapter(folder)


@pytest.mark.parametrize(
    ("trained_on", "base", "same"),
    [
        ("embedded", "embedded", True),
        ("HuggingFaceTB/SmolLM2-135M-Instruct", "embedded", True),
        ("mirror/phi-3-mini-4k-instruct", "microsoft/Phi-3-mini-4k-instruct", True),
        ("/models/phi", "microsoft/Phi-3-mini-4k-instruct", True),
        (None, "embedded", True),
        ("microsoft/Phi-3-mini-4k-instruct", "embedded", False),
        ("HuggingFaceTB/SmolLM2-135M", "embedded", False),
        ("microsoft/Phi-3-mini-128k-instruct", "microsoft/Phi-3-mini-4k-instruct", False),
    ],
)
def test_an_adapter_for_a_base_of_another_name(
    tiny_phi3: Path,
    adapter: Path,
    tmp_path: Path,
    trained_on: str | None,
    base: str,
    same: bool,
) -> None:
    folder = Path(shutil.copytree(adapter, tmp_path / "adapter"))
    changed(CONFIG, base_model_name_or_path=trained_on)(folder)
    model, _ = load_model(settings(model=str(tiny_phi3)))
    if same:
        assert adapted(model, folder, base) is not None
        return
    with pytest.raises(ModelError, match=f"it was trained on {trained_on} and the model is {base}"):
        adapted(model, folder, base)


def test_a_damaged_copy_of_the_shipped_adapter(tmp_path: Path) -> None:
    """The base fits; only counting the weights tells that the adapter would do half its work."""
    folder = Path(shutil.copytree(str(shipped_adapter()), tmp_path / "adapter"))
    more = sum("mlp" in name for name in load_file(folder / WEIGHTS)) - 1
    weights(WEIGHTS, renamed("mlp", "ffn"))(folder)
    with pytest.raises(ModelError, match=f"missing is .* and {more} more; there is no place for"):
        load_model(settings(adapter=str(folder)))


def test_a_whole_adapter_may_have_other_files_beside_it(
    tiny_phi3: Path, adapter: Path, tmp_path: Path
) -> None:
    folder = Path(shutil.copytree(adapter, tmp_path / "adapter"))
    (folder / "README.md").write_text("")
    (folder / "training_args.bin").write_bytes(b"")
    (folder / "adapter_model.bin").write_text(POINTER)
    load_model(settings(model=str(tiny_phi3), adapter=str(folder)))
