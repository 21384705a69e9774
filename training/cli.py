"""`qod-train`: build the data, train, evaluate."""

from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from camara_qod.tools.command import run
from camara_qod.tools.errors import SettingsError, TrainingError
from camara_qod.tools.screen import screen
from camara_qod.training.planning.gpus import Gpu

if TYPE_CHECKING:
    from camara_qod.tools.settings import QodSettings
    from camara_qod.training.recipe import DpoRecipe, Recipe, SftRecipe

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Train and evaluate the language model of the QoD agent plugin.",
)

RecipeName = Annotated[
    str, typer.Argument(help="A shipped recipe (`embedded`) or a YAML file.", show_default=False)
]
Changes = Annotated[
    list[str] | None,
    typer.Option(
        "--set",
        metavar="KEY=VALUE",
        help="A value in place of the recipe's, such as `sft.max_steps=300`; may be repeated.",
        show_default=False,
    ),
]


class Log(StrEnum):
    """Where loss curves go."""

    none = "none"
    tensorboard = "tensorboard"
    trackio = "trackio"


Force = Annotated[bool, typer.Option("--force", help="Start even where memory will not do.")]
LogTo = Annotated[Log, typer.Option(help="Where loss curves go; the tracker must be installed.")]


@app.command()
def data(
    recipe: RecipeName,
    output: Annotated[Path, typer.Option(help="Folder for the JSONL files.")] = Path("runs/data"),
    changes: Changes = None,
) -> None:
    """Write the generated training and validation examples, to look at them."""
    from camara_qod.training.corpus.lines import write_jsonl
    from camara_qod.training.recipe import load_recipe
    from camara_qod.training.stages.run import explained
    from camara_qod.training.stages.sft import records

    chosen = load_recipe(recipe, changes)
    with explained(output):
        output.mkdir(parents=True, exist_ok=True)
    for name, items in zip(("train", "validation"), records(chosen), strict=True):
        path = output / f"{name}.jsonl"
        lines = [item.line for item in items]
        with explained(path):
            tags = write_jsonl(path, lines)
        _say(f"{path}: {tags.total()} examples {dict(tags)}")


@app.command()
def sft(
    recipe: RecipeName,
    adapter: Annotated[
        Path | None,
        typer.Option(help="Go on with this adapter instead of a new one.", show_default=False),
    ] = None,
    output: Annotated[
        Path | None, typer.Option(help="Folder for checkpoints and the adapter.")
    ] = None,
    log_to: LogTo = Log.none,
    changes: Changes = None,
    force: Force = False,
    rehearse: Annotated[
        bool,
        typer.Option("--rehearse", help="Do all but load the weights and run the steps."),
    ] = False,
    gpu: Annotated[
        Gpu | None,
        typer.Option(
            help="With --rehearse: the GPU to estimate memory and time for, T4 by default.",
            case_sensitive=False,
            show_default=False,
        ),
    ] = None,
) -> None:
    """Fine-tune an adapter; started again, it goes on from the last checkpoint."""
    from camara_qod.training.recipe import load_recipe
    from camara_qod.training.stages.sft import check, train

    if gpu is not None and not rehearse:
        raise typer.BadParameter("it goes with --rehearse alone", param_hint="--gpu")
    chosen = load_recipe(recipe, changes)
    if rehearse:
        given = {"adapter": adapter, "output": output, "log_to": log_to, "set": changes}
        command = _command("sft", recipe, **given)
        _say_rehearsal(chosen, adapter, gpu or Gpu.t4, command)
        return
    with _of_recipe("--adapter"):
        check(chosen, adapter)
        _say_memory(chosen, chosen.sft, force=force)
        made = train(chosen, output or _folder(recipe, "sft"), log_to, start=adapter)
    _say_adapter(chosen, made)


@app.command()
def dpo(
    recipe: RecipeName,
    sft_adapter: Annotated[
        Path | None, typer.Option("--sft", help="Adapter to start from.", show_default=False)
    ] = None,
    output: Annotated[
        Path | None, typer.Option(help="Folder for checkpoints and the adapter.")
    ] = None,
    log_to: LogTo = Log.none,
    changes: Changes = None,
    force: Force = False,
) -> None:
    """Improve the SFT adapter on preference pairs and on its own mistakes."""
    from camara_qod.training.recipe import load_recipe
    from camara_qod.training.stages.dpo import check, train

    chosen = load_recipe(recipe, changes)
    start = sft_adapter or _folder(recipe, "sft") / "adapter"
    with _of_recipe("--sft"):
        check(chosen, start)
        _say_memory(chosen, chosen.dpo, force=force)
        made = train(chosen, start, output or _folder(recipe, "dpo"), log_to)
    _say_adapter(chosen, made)


@contextmanager
def _of_recipe(option: str) -> Iterator[None]:
    """Errors inside name what the user wrote: the recipe, and the option with the adapter."""
    from camara_qod.tools.interpreter.loading import called

    with called(QOD_MODEL="`model` in the recipe", QOD_ADAPTER=option):
        yield


def _say(text: str) -> None:
    """Print a result in lines that can be copied: paths may be long, and hold brackets."""
    screen().print(text, soft_wrap=True)


def _say_adapter(recipe: "Recipe", adapter: Path) -> None:
    from camara_qod.training.stages.run import variables

    _say(f"The adapter is in {adapter}. Try it:\n\n    {variables(recipe, adapter)} qod chat\n")


def _say_memory(recipe: "Recipe", part: "SftRecipe | DpoRecipe", *, force: bool) -> None:
    """Print what the run takes, and refuse what cannot fit."""
    import torch

    from camara_qod.training.planning.memory import check, config_of, estimate, free_memory

    found = estimate(config_of(recipe), recipe, part, gpu=torch.cuda.is_available())
    screen(stderr=True).print(f"Memory: {found}")
    if not force:
        check(found, free_memory())


def _say_rehearsal(recipe: "Recipe", adapter: Path | None, gpu: Gpu, command: str) -> None:
    from camara_qod.training.planning.rehearsal import rehearse
    from camara_qod.training.stages.sft import check_start

    with _of_recipe("--adapter"):
        check_start(recipe, adapter)
        for line in rehearse(recipe, gpu):
            _say(line)
    _say(f"Nothing was trained. This does it:\n\n    {command}\n")


def _command(stage: str, recipe: str, **options: object) -> str:
    """The line that was typed, without what is as by default."""
    from shlex import join

    words = []
    for name, given in options.items():
        for value in given if isinstance(given, list) else [given]:
            words += [] if value in (None, Log.none) else [_option(name), str(value)]
    return join(["qod-train", stage, recipe, *words])


def _option(name: str) -> str:
    return "--" + name.replace("_", "-")


def _folder(recipe: str, stage: str) -> Path:
    path = Path(recipe)
    name = path.stem if path.suffix in {".yaml", ".yml"} else path.name
    return Path("runs") / f"{name}-{stage}"


@app.command()
def calibrate(
    recipe: RecipeName,
    adapter: Annotated[
        Path | None,
        typer.Option(help="By default the one that `dpo` made.", show_default=False),
    ] = None,
    cases: Annotated[
        Path | None, typer.Option(help="Evaluation cases, one JSON object a line.")
    ] = None,
) -> None:
    """Find on held-out texts how sure the model may be, and keep it beside the adapter.

    With cases it is found on them instead: texts of other people, which nobody trained on, tell
    more than those that were held out of the training set.
    """
    from camara_qod.tools.interpreter.decoding import Decoder
    from camara_qod.tools.interpreter.model import load_model
    from camara_qod.training.evaluation.cases import read_cases
    from camara_qod.training.recipe import load_recipe
    from camara_qod.training.stages.calibrate import (
        check,
        fit,
        outcomes,
        outcomes_of_cases,
        write,
    )
    from camara_qod.training.stages.run import check_adapter, settings_for
    from camara_qod.training.stages.sft import records

    chosen = load_recipe(recipe)
    folder = adapter or _folder(recipe, "dpo") / "adapter"
    with _of_recipe("--adapter"):
        check_adapter(
            folder, chosen, "run `qod-train dpo` first, or name its folder with --adapter"
        )
        given = read_cases(cases) if cases else None
        _, held = ([], []) if given else records(chosen)
        check(len(given or held))
        decoder = Decoder(*load_model(settings_for(chosen, str(folder))))
    found = fit(outcomes_of_cases(decoder, given) if given else outcomes(decoder, held))
    _say(f"{write(found, folder)}: {found}")


class WayName(StrEnum):
    """How the model is held while it decodes."""

    grounded = "grounded"
    schema = "schema"
    free = "free"


@app.command()
def evaluate(
    cases: Annotated[Path, typer.Argument(help="Cases, one JSON object a line.")],
    output: Annotated[
        Path | None, typer.Option(help="Write the report with every case here (JSON).")
    ] = None,
    model: Annotated[str | None, typer.Option(help="By default the configured one.")] = None,
    adapter: Annotated[str | None, typer.Option(help="PEFT adapter, or `none`.")] = None,
    recipe: Annotated[
        str | None, typer.Option(help="Take model and quantisation from this recipe.")
    ] = None,
    way: Annotated[
        WayName,
        typer.Option(
            help="`grounded` as in production, `schema` under the API's rules alone, `free` "
            "under none."
        ),
    ] = WayName.grounded,
    catalogue: Annotated[
        Path | None,
        typer.Option(help="Another operator's profiles; the cases are put into its names."),
    ] = None,
    batch: Annotated[
        int, typer.Option(help="Decide so many together: faster, but tells no latency.", min=1)
    ] = 1,
) -> None:
    """Measure how often the plugin decides right, under the demo configuration."""
    import json

    from camara_qod.tools.catalogue import load_catalogue
    from camara_qod.tools.interpreter.calibration import calibration_beside
    from camara_qod.tools.interpreter.decoding import Decoder
    from camara_qod.tools.interpreter.model import adapter_of, load_model
    from camara_qod.training.corpus.dataset import demo_settings
    from camara_qod.training.evaluation.cases import read_cases, under
    from camara_qod.training.evaluation.evaluate import evaluate as decide_all
    from camara_qod.training.evaluation.evaluate import report as figures
    from camara_qod.training.evaluation.table import show
    from camara_qod.training.evaluation.ways import Way
    from camara_qod.training.stages.run import check_output, explained

    if recipe is not None and model is not None:
        raise typer.BadParameter("the recipe names the model: leave one out", param_hint="--model")
    profiles = load_catalogue(catalogue, "--catalogue")
    items = read_cases(cases, profiles)
    if catalogue:
        items = [under(profiles, case) for case in items]
    if output is not None:
        check_output(output)
    with _evaluated(model, adapter, recipe) as settings:
        loaded, tokenizer = load_model(settings)
    decoder = Decoder(loaded, tokenizer, calibration=calibration_beside(adapter_of(settings)))
    results = decide_all(Way(way.value), decoder, loaded, items, demo_settings(), profiles, batch)
    value = {"way": way.value, "cases_file": cases.name} | figures(results)
    show(screen(), value)
    if output is not None:
        with explained(output):
            output.write_text(
                json.dumps(value, indent=1, ensure_ascii=False) + "\n", encoding="utf-8"
            )


@contextmanager
def _evaluated(
    model: str | None, adapter: str | None, recipe: str | None
) -> Iterator["QodSettings"]:
    """The settings of the model that is evaluated; errors inside name what the user wrote."""
    from camara_qod.tools.interpreter.adapter import check
    from camara_qod.tools.interpreter.loading import of_options
    from camara_qod.tools.settings import load_settings
    from camara_qod.training.recipe import load_recipe
    from camara_qod.training.stages.run import settings_for

    if recipe is not None:
        chosen = load_recipe(recipe)
        with _of_recipe("--adapter"):
            if adapter not in (None, "none"):
                check(str(adapter), chosen.model)
            yield settings_for(chosen, adapter or "none")
        return
    settings = load_settings(model=model, adapter=adapter)
    if settings.model_server and model is None:
        raise SettingsError(
            "QOD_MODEL_SERVER is set, and only a model in this process can be evaluated: unset it, "
            "or name the model with --model."
        )
    with of_options(model=model, adapter=adapter):
        yield settings


@app.command()
def export(
    recipe: RecipeName,
    output: Annotated[Path, typer.Option(help="Folder to write: a new one, or an empty one.")],
    adapter: Annotated[
        Path | None, typer.Option(help="By default the one that `dpo` made.", show_default=False)
    ] = None,
    merged: Annotated[
        bool, typer.Option("--merged", help="Whole weights with the adapter in them.")
    ] = False,
    gguf: Annotated[
        bool, typer.Option("--gguf", help="The same as one file, for llama.cpp and Ollama.")
    ] = False,
    figures: Annotated[
        Path | None, typer.Option("--report", help="Report of `evaluate`, for the model card.")
    ] = None,
) -> None:
    """Write adapter and model card as a folder that a model hub or a server takes."""
    from camara_qod.training.publishing.export import Form
    from camara_qod.training.publishing.export import export as write
    from camara_qod.training.recipe import load_recipe

    if merged and gguf:
        raise typer.BadParameter("it is one or --merged: leave one out", param_hint="--gguf")
    chosen = adapter or _folder(recipe, "dpo") / "adapter"
    form: Form = "gguf" if gguf else "merged" if merged else "adapter"
    with _of_recipe("--adapter"):
        folder = write(load_recipe(recipe), chosen, output, form, figures)
    _say(f"{folder} is ready, as it is.")


@app.command()
def report(
    results: Annotated[Path, typer.Argument(help="Folder with the reports of `evaluate`.")],
) -> None:
    """Turn the reports of a folder into a page with plots: README.md in the same folder."""
    from camara_qod.training.publishing.report import write_page

    _say(f"The page is {write_page(results)}.")


def main() -> None:
    """Run the command line; errors of ours end in one line, not in a traceback."""
    run(_app)


def _app() -> None:
    with _packages_of_training():
        app()


@contextmanager
def _packages_of_training() -> Iterator[None]:
    """Every command needs the extra `train`; a decision and a call do not."""
    try:
        yield
    except ImportError as error:
        raise TrainingError(
            f"qod-train needs more packages ({error.name or error} is missing): "
            'pip install "camara-qod[train]".'
        ) from error


if __name__ == "__main__":
    main()
