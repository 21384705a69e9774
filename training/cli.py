"""`qod-train`: build the data, train, evaluate."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from camara_qod.tools.errors import QodError

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Train and evaluate the language model of the QoD agent plugin.",
)

RecipeName = Annotated[
    str, typer.Argument(help="A shipped recipe (`embedded`) or a YAML file.", show_default=False)
]


class Log(StrEnum):
    """Where loss curves go."""

    none = "none"
    tensorboard = "tensorboard"
    trackio = "trackio"


LogTo = Annotated[Log, typer.Option(help="Where loss curves go; the tracker must be installed.")]


@app.command()
def data(
    recipe: RecipeName,
    output: Annotated[Path, typer.Option(help="Folder for the JSONL files.")] = Path("runs/data"),
) -> None:
    """Write the generated training and validation examples, to look at them."""
    from camara_qod.training.dataset import write_jsonl
    from camara_qod.training.recipe import load_recipe
    from camara_qod.training.sft import records

    output.mkdir(parents=True, exist_ok=True)
    for name, items in zip(("train", "validation"), records(load_recipe(recipe)), strict=True):
        tags = write_jsonl(output / f"{name}.jsonl", items)
        Console().print(f"{output / name}.jsonl: {tags.total()} examples", dict(tags))


@app.command()
def sft(
    recipe: RecipeName,
    output: Annotated[
        Path | None, typer.Option(help="Folder for checkpoints and the adapter.")
    ] = None,
    log_to: LogTo = Log.none,
) -> None:
    """Fine-tune an adapter; started again, it goes on from the last checkpoint."""
    from camara_qod.training.recipe import load_recipe
    from camara_qod.training.sft import train

    adapter = train(load_recipe(recipe), output or _folder(recipe, "sft"), log_to)
    Console().print(f"The adapter is in {adapter}. Use it with QOD_ADAPTER={adapter}.")


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
) -> None:
    """Improve the SFT adapter on preference pairs and on its own mistakes."""
    from camara_qod.training.dpo import train
    from camara_qod.training.recipe import load_recipe

    start = sft_adapter or _folder(recipe, "sft") / "adapter"
    adapter = train(load_recipe(recipe), start, output or _folder(recipe, "dpo"), log_to)
    Console().print(f"The adapter is in {adapter}. Use it with QOD_ADAPTER={adapter}.")


def _folder(recipe: str, stage: str) -> Path:
    return Path("runs") / f"{Path(recipe).stem}-{stage}"


@app.command()
def evaluate(
    cases: Annotated[Path, typer.Argument(help="Cases, one JSON object a line.")],
    output: Annotated[
        Path | None, typer.Option(help="Write the report with every case here (JSON).")
    ] = None,
    model: Annotated[str | None, typer.Option(help="By default the configured one.")] = None,
    adapter: Annotated[str | None, typer.Option(help="PEFT adapter, or `none`.")] = None,
) -> None:
    """Measure how often the plugin decides right, under the demo configuration."""
    import json

    from camara_qod.tools.interpreter.interpreter import Interpreter
    from camara_qod.tools.interpreter.model import load_decoder
    from camara_qod.tools.settings import load_settings
    from camara_qod.training.dataset import demo_settings
    from camara_qod.training.evaluate import evaluate as decide_all
    from camara_qod.training.evaluate import read_cases, report, show

    items = read_cases(cases)
    decoder = load_decoder(load_settings(model=model, adapter=adapter))
    value = report(decide_all(Interpreter(decoder, demo_settings()), items))
    show(Console(), value)
    if output is not None:
        output.write_text(json.dumps(value, indent=1, ensure_ascii=False), encoding="utf-8")


def main() -> None:
    """Run the command line; errors of ours end in one line, not in a traceback."""
    try:
        app()
    except QodError as error:
        Console(stderr=True).print(f"[red]{error}[/red]", highlight=False)
        raise SystemExit(1) from error


if __name__ == "__main__":
    main()
