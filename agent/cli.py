"""The command `qod`. Heavy imports wait inside the commands, so that `--help` answers at once."""

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console

from camara_qod.tools.errors import QodError
from camara_qod.tools.interpreter.decision import CLARIFY, DECLINE

if TYPE_CHECKING:
    from camara_qod.tools.plugin import QodPlugin

EXIT_REFUSED, EXIT_ASKS, EXIT_DECLINED = 1, 3, 4

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="markdown",
    help="Plain words in, a CAMARA Quality-on-Demand session out.\n\n"
    "Settings are `QOD_…` variables or lines of a `.env` file; the README lists them. Without "
    "`QOD_API_ROOT` a mock operator runs in this process.",
)

Model = Annotated[
    str | None, typer.Option(help="`embedded`, a Hugging Face id, or a folder.", show_default=False)
]
Adapter = Annotated[str | None, typer.Option(help="PEFT adapter, or `none`.", show_default=False)]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Show the request without sending it.")]


@app.command()
def ask(
    text: Annotated[list[str], typer.Argument(help="What you need, in your own words.")],
    dry_run: DryRun = False,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print the whole outcome as JSON, for programs.")
    ] = False,
    model: Model = None,
    adapter: Adapter = None,
) -> None:
    """Turn one request into a session.

    Example: `qod ask "Need low latency for gaming, IP 192.168.1.50, 2 hours"`

    Exit status: 0 done, 1 failed or refused by the operator, 2 wrong usage, 3 something is
    missing, 4 not a matter for this API.
    """
    plugin = _plugin(model, adapter)
    outcome = plugin.request(" ".join(text), send=not dry_run)
    if as_json:
        sys.stdout.write(json.dumps(outcome.to_dict(), ensure_ascii=False) + "\n")
    else:
        from camara_qod.agent.display import show

        show(Console(), outcome)
    plugin.close()
    operation = outcome.interpretation.decision.operation
    refused = EXIT_REFUSED if outcome.error else 0
    raise typer.Exit({CLARIFY: EXIT_ASKS, DECLINE: EXIT_DECLINED}.get(operation, refused))


@app.command()
def chat(dry_run: DryRun = False, model: Model = None, adapter: Adapter = None) -> None:
    """Talk: what is missing is asked for, and your answer completes the request."""
    from camara_qod.agent.repl import HELP, Repl, typed_lines

    plugin = _plugin(model, adapter)
    console = Console()
    console.print(HELP, highlight=False)
    Repl(plugin, console, dry_run=dry_run).run(typed_lines())
    plugin.close()


@app.command()
def mock(
    port: Annotated[int, typer.Option(help="Port on 127.0.0.1.", min=0, max=65535)] = 9091,
    catalogue: Annotated[
        Path | None, typer.Option(help="Profile catalogue (JSON); the demo's by default.")
    ] = None,
) -> None:
    """Serve the mock operator on this machine, for the sessions and the profiles API.

    It takes no tokens and listens on 127.0.0.1 only. Interactive documentation is at `/docs`.
    """
    import uvicorn

    from camara_qod.tools.catalogue import load_catalogue
    from camara_qod.tools.operator.app import create_app

    application = create_app(load_catalogue(catalogue))
    Console(stderr=True).print(
        f"Mock operator on http://127.0.0.1:{port}. Use it with QOD_API_ROOT=http://127.0.0.1:{port}",
        highlight=False,
    )
    uvicorn.run(application, host="127.0.0.1", port=port, log_level="warning")


def _plugin(model: str | None, adapter: str | None) -> "QodPlugin":
    from camara_qod.tools.settings import load_settings

    settings = load_settings(model=model, adapter=adapter)
    notes = Console(stderr=True)
    with notes.status("Loading the language model …"):
        from camara_qod.tools.plugin import QodPlugin

    plugin = QodPlugin.from_settings(settings)
    if plugin.mock:
        notes.print(
            "[dim]No operator is configured (QOD_API_ROOT): this is the mock operator, in this "
            "process.[/dim]",
            highlight=False,
        )
    return plugin


def _quiet_libraries() -> None:
    """Warnings of the libraries below are no news to a user of the command line."""
    import logging
    import os
    import warnings

    os.environ.setdefault("TRANSFORMERS_VERBOSITY", "error")
    os.environ.setdefault("HF_HUB_DISABLE_PROGRESS_BARS", "1")
    warnings.filterwarnings("ignore")
    logging.getLogger("torchao").setLevel(logging.ERROR)


def main(arguments: list[str] | None = None) -> Any:
    """Run the command line; errors of ours end in one line, not in a traceback."""
    _quiet_libraries()
    try:
        return app(arguments)
    except QodError as error:
        Console(stderr=True).print(f"[red]{error}[/red]", highlight=False)
        raise SystemExit(EXIT_REFUSED) from error
    except KeyboardInterrupt as error:
        raise SystemExit(130) from error


if __name__ == "__main__":
    main()
