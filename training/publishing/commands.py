"""The commands by which a page of results is made again: measuring, and training."""

from collections.abc import Iterator
from shlex import quote
from typing import Any

import yaml

from camara_qod.training.publishing.documents import STAGES, STRANGERS, WAYS
from camara_qod.training.recipe import load_recipe

Reports = dict[str, dict[str, Any]]

_RECIPE = "embedded"
#: The runs whose manifests are on the page.
_RUNS = {"sft": f"{_RECIPE}-sft", "dpo": f"{_RECIPE}-dpo"}
_MEASURE = "Its figures, of the shipped adapter; `$R` is the folder of this page:"
_BY_RECIPE = "Its training, each stage by its recipe; the adapter is then named with `--adapter`:"
_FROM_ADAPTER = (
    "Its training went on from an adapter that is not kept here, `$START`:",
    "By the recipe alone, `qod-train {stage} {recipe}` begins a new adapter, whose figures are "
    "others. Either is named with `--adapter` where it is measured.",
)


def reproduction(reports: Reports) -> Iterator[str]:
    """Paragraphs and blocks of commands, for those that are on the page.

    Args:
        reports: by name, with the manifests.
    """
    yield _MEASURE
    yield _block(_measuring(reports))
    begun = [stage for stage in _RUNS if "start" in _manifest(reports, stage)]
    yield _FROM_ADAPTER[0] if begun else _BY_RECIPE
    yield _block(_training(reports))
    if begun:
        yield _FROM_ADAPTER[1].format(stage=begun[0], recipe=_RECIPE)


def _measuring(reports: Reports) -> Iterator[str]:
    last = [stage for stage in STAGES if stage in _made(reports)][-1]
    adapters = {"base": " --adapter none"}
    adapters |= {stage: f" --adapter runs/{run}/adapter" for stage, run in _RUNS.items()}
    adapters[last] = ""
    head = "qod-train evaluate data/test.jsonl"
    for stage in STAGES:
        for way in WAYS:
            if (name := f"{stage}-{way}") in reports:
                yield f"{head}{adapters[stage]} --way {way} --output $R/{name}.json"
    for name in reports:
        if name.startswith("catalogue-"):
            file = f"data/catalogues/{name.removeprefix('catalogue-')}.json"
            yield f"{head} --catalogue {file} --output $R/{name}.json"
    if STRANGERS in reports:
        cases = reports[STRANGERS]["cases_file"]
        yield f"qod-train evaluate data/{cases} --output $R/{STRANGERS}.json"
    yield "qod-train report $R"


def _training(reports: Reports) -> Iterator[str]:
    for stage, run in _RUNS.items():
        if stage in _made(reports):
            manifest = _manifest(reports, stage)
            start = ["--adapter $START"] if "start" in manifest else []
            words = [f"qod-train {stage} {_RECIPE}", *start, *_changes(manifest, stage)]
            yield " ".join(words)
            if manifest:
                yield f"cp runs/{run}/manifest.json $R/manifest-{stage}.json"


def _made(reports: Reports) -> set[str]:
    """The stages that something was measured of."""
    return {name.partition("-")[0] for name in reports}


def _manifest(reports: Reports, stage: str) -> dict[str, Any]:
    return reports.get(f"manifest-{stage}", {})


def _changes(manifest: dict[str, Any], stage: str) -> Iterator[str]:
    """What a run had in place of the recipe's values, as options."""
    recipe = load_recipe(_RECIPE).model_dump()
    given = manifest.get("recipe", recipe)
    for part, keys in {"": ("seed",), "data": (), "lora": (), stage: ()}.items():
        mine, theirs = (given[part], recipe[part]) if part else (given, recipe)
        for key in keys or theirs:
            if key in mine and mine[key] != theirs[key]:
                name = f"{part}.{key}" if part else key
                yield f"--set {quote(f'{name}={_yaml(mine[key])}')}"


def _yaml(value: Any) -> str:
    return yaml.safe_dump(value, default_flow_style=True).removesuffix("...\n").strip()


def _block(lines: Iterator[str]) -> str:
    return "\n".join(f"    {line}" for line in lines)
