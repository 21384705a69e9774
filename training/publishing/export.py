"""A trained adapter as a folder for a model hub or a server: weights, tokenizer, model card."""

import json
import shutil
from importlib.metadata import version
from importlib.resources import files
from pathlib import Path
from string import Template
from typing import Literal

from camara_qod.tools.errors import SettingsError, TrainingError
from camara_qod.tools.interpreter.calibration import CALIBRATION
from camara_qod.tools.interpreter.embedded import EMBEDDED, embedded_source, shipped_adapter
from camara_qod.tools.interpreter.files import ADAPTER_CONFIG, ADAPTER_WEIGHTS
from camara_qod.tools.interpreter.model import load_model
from camara_qod.training.publishing import gguf_weights
from camara_qod.training.publishing.documents import BEST, STRANGERS, read_manifest, read_report
from camara_qod.training.recipe import Recipe
from camara_qod.training.stages.run import check_adapter, explained, settings_for, variables

#: The model behind `embedded`, as a hub knows it.
_HUB_NAMES = {EMBEDDED: "HuggingFaceTB/SmolLM2-135M-Instruct"}
#: Licences of the models that recipes ship for.
_LICENSES = {
    EMBEDDED: "apache-2.0",
    "microsoft/Phi-3-mini-4k-instruct": "mit",
    "google/gemma-3-270m": "gemma",
}

_NO_ADAPTER = (
    "train one with `qod-train sft` and `qod-train dpo`, or name its folder with --adapter"
)
_LIBRARIES = {"adapter": "peft", "merged": "transformers", "gguf": "gguf"}
#: Its name in the folder.
GGUF_FILE = "qod.gguf"

_CARD = Template("""---
base_model: $hub_name
library_name: $library
pipeline_tag: text-generation
license: $license
language: [de, en, es, fr, it, nl, pl, pt, sv, tr]
tags: [camara, quality-on-demand, qod, $tags]
---

# $title

Reads what a person needs from the network and decides which call of the CAMARA Quality-on-Demand
API is meant, and which of the things said go into which argument: it reads labels in the place of
identifiers and answers with them. Made for the decode grammar of `camara-qod` $package, which puts
the labels in, and what they stand for back: without it the answers mean nothing.

## Use

    $usage

## Training

$stages

## Limits

Ten languages, English most of all, and a few texts in three more. Text that is not about a
connection is declined. Four needs are written by a word each (`gaming`, `streaming`, `IoT`,
`calls`); an operator's own profile names are put in by the catalogue, not by the model.

## Evaluation

$figures
""")


#: The adapter, whole weights with it in them, or these as one file for llama.cpp and Ollama.
Form = Literal["adapter", "merged", "gguf"]


def export(
    recipe: Recipe, adapter: Path, output: Path, form: Form = "adapter", report: Path | None = None
) -> Path:
    """Write a folder that can be uploaded, or served, as it is.

    Args:
        recipe: the one that the adapter was trained with.
        adapter: its folder, with the run's `manifest.json` beside it, if there is one; of the
            shipped adapter, how it was trained and what was measured are with the package.
        output: the folder to write, which is not there yet or has nothing in it.
        form: what of the model to write.
        report: of `qod-train evaluate`, for the card.

    Returns:
        `output`.

    Raises:
        TrainingError: there is no adapter, it cannot be written, the report is none, or GGUF is
            asked of another model than the embedded one.
        SettingsError: `output` has something in it.
        ModelError: the adapter is damaged, or for another model.
    """
    check_adapter(adapter, recipe, _NO_ADAPTER)
    if form == "gguf" and recipe.model != EMBEDDED:
        raise TrainingError(
            f"Only the embedded model is exported as GGUF: export {recipe.model} with --merged, "
            "and convert the folder with llama.cpp's convert_hf_to_gguf.py."
        )
    if form == "adapter" and not (adapter / ADAPTER_WEIGHTS).is_file():
        raise TrainingError(
            f"{adapter} has its weights in PyTorch's form and not in {ADAPTER_WEIGHTS}: export it "
            "with --merged."
        )
    _check_empty(output)
    card = _card(recipe, adapter, form, report)
    with explained(output):
        output.mkdir(parents=True, exist_ok=True)
        if form == "adapter":
            _copy(adapter, output)
        else:
            _write_whole(recipe, adapter, output, form)
        (output / "README.md").write_text(card, encoding="utf-8")
    return output


def _check_empty(output: Path) -> None:
    """Refuse a folder with other files: a server would take them for parts of this model."""
    with explained(output):
        kept = output.is_dir() and any(output.iterdir())
    if kept:
        raise SettingsError(
            f"{output} has something in it: name another folder with --output, or empty it."
        )


def _copy(adapter: Path, output: Path) -> None:
    names = [ADAPTER_CONFIG, ADAPTER_WEIGHTS, CALIBRATION]
    for name in names:
        if (adapter / name).is_file():
            shutil.copyfile(adapter / name, output / name)


def _write_whole(recipe: Recipe, adapter: Path, output: Path, form: Form) -> None:
    # Merged into weights of full width: into 4 bits, rounding would undo part of the training.
    full = recipe.model_copy(update={"quantization": "none"})
    model, tokenizer = load_model(settings_for(full, str(adapter)))
    if form == "gguf":
        gguf_weights.write(model, embedded_source(), output / GGUF_FILE)
    else:
        model.save_pretrained(output)
        tokenizer.save_pretrained(output)


def _card(recipe: Recipe, adapter: Path, form: Form, report: Path | None) -> str:
    return _CARD.substitute(
        hub_name=_HUB_NAMES.get(recipe.model, recipe.model),
        library=_LIBRARIES[form],
        license=_LICENSES.get(recipe.model, "other"),
        tags="lora" if form == "adapter" else form,
        title=f"CAMARA QoD {'adapter' if form == 'adapter' else 'model'} for {recipe.model}",
        package=version("camara-qod"),
        usage=_usage(recipe, form),
        stages=_stages(adapter),
        figures=_figures(_reports(adapter) if report is None else [report]),
    )


def _usage(recipe: Recipe, form: Form) -> str:
    ask = 'qod ask "Low latency for gaming, IP 192.168.1.50, 2 hours"'
    if form == "gguf":
        served = "QOD_MODEL_SERVER=http://127.0.0.1:8080/v1"
        return f"llama-server -m {GGUF_FILE} --host 127.0.0.1 --port 8080 &\n    {served} {ask}"
    if form == "merged":
        return f"QOD_MODEL=. {ask}"
    return f"{variables(recipe, '.')} {ask}"


def _results(adapter: Path) -> Path | None:
    """Where it is kept how the shipped adapter was trained, and what was measured of it."""
    shipped = shipped_adapter()
    if shipped is None or adapter.resolve() != shipped.resolve():
        return None
    return Path(str(files("camara_qod.training"))) / "results" / EMBEDDED


def _manifest(adapter: Path) -> Path | None:
    """That of the run, or of the last stage of the shipped adapter's."""
    results = _results(adapter)
    paths = [adapter.parent / "manifest.json"]
    if results:
        paths = [results / f"manifest-{stage}.json" for stage in ("dpo", "sft")]
    return next((path for path in paths if path.is_file()), None)


def _reports(adapter: Path) -> list[Path]:
    """Of the shipped adapter: on texts of strangers, and on the test set."""
    results = _results(adapter)
    if results is None:
        return []
    best = next((name for name in BEST if (results / f"{name}.json").is_file()), BEST[-1])
    return [path for name in (STRANGERS, best) if (path := results / f"{name}.json").is_file()]


def _stages(adapter: Path) -> str:
    """What the run's manifest tells."""
    path = _manifest(adapter)
    if path is None:
        return "Trained with `qod-train`; the run's manifest was not at hand."
    manifest = read_manifest(path)
    packages = ", ".join(f"{name} {number}" for name, number in manifest["packages"].items())
    part = json.dumps(manifest["recipe"][manifest["stage"]])
    return (
        f"Last stage `{manifest['stage']}`, seed {manifest['seed']}, in {manifest['seconds']} s, "
        f"with {packages}.\n\nRecipe of that stage: `{part}`\n\n"
        f"LoRA: `{json.dumps(manifest['recipe']['lora'])}`"
    )


def _figures(reports: list[Path]) -> str:
    return "\n\n".join(map(_figure, reports)) or "Not measured here."


def _figure(report: Path) -> str:
    value = read_report(report)
    rows = [("exactly right", value["exact"])]
    rows += [(f"field `{name}`", found) for name, found in value["fields"].items()]
    lines = [
        f"| {name} | {found['value']:.1%} | {found['low']:.1%} – {found['high']:.1%} |"
        for name, found in rows
    ]
    head = f"{value['count']} hand-written requests, {value['way']} decoding"
    head = f"{head} (`{value['cases_file']}`):"
    return "\n".join([head, "", "| | share | 95 % interval |", "| --- | --- | --- |", *lines])
