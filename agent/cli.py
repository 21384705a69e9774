"""The command `qod`. Heavy imports wait inside the commands, so that `--help` answers at once."""

import gc
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from camara_qod.tools.command import EXIT_FAILED, run
from camara_qod.tools.errors import SettingsError, Unavailable
from camara_qod.tools.screen import screen

if TYPE_CHECKING:
    from camara_qod.tools.plugin import QodPlugin
    from camara_qod.tools.settings import QodSettings

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
    str | None,
    typer.Option(
        help="`embedded`, a Hugging Face id, a folder or a GGUF file.", show_default=False
    ),
]
Adapter = Annotated[str | None, typer.Option(help="PEFT adapter, or `none`.", show_default=False)]
ServeDatabase = Annotated[
    str | None,
    typer.Option(
        help="`sqlite:///FILE` or `postgresql://…`; by default an SQLite file in QOD_CACHE_DIR."
    ),
]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Show the request without sending it.")]


@app.command()
def ask(
    text: Annotated[list[str], typer.Argument(help="What you need, in your own words.")],
    dry_run: DryRun = False,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print the whole outcome as JSON, for programs.")
    ] = False,
    yes: Annotated[
        bool, typer.Option("--yes", "-y", help="Send a change unasked, however unsure it is.")
    ] = False,
    model: Model = None,
    adapter: Adapter = None,
) -> None:
    """Turn one request into a session.

    Example: `qod ask "Need low latency for gaming, IP 192.168.1.50, 2 hours"`

    To create, prolong or end a session changes something. Such a request is sent at once where the
    model is sure of it: with a confidence of `QOD_CONFIRM_BELOW` (0.97) or more, for a deletion
    `QOD_CONFIRM_DELETION_BELOW` (0.99), and where it uses all that you named. Otherwise it is shown
    and asked about: `y` sends it. Where nobody can be asked, as in a pipe, it is then not sent,
    unless `--yes` is given.

    Exit status: 0 done, 1 failed or refused by the operator, 2 wrong usage, 3 something is
    missing, 4 it asks for no call of this API, 5 not sent, as it needs a yes.
    """
    from camara_qod.agent.ask import ask as carry_out
    from camara_qod.agent.ask import at_terminal

    plugin = _plugin(model, adapter)
    ended = carry_out(
        plugin,
        " ".join(text),
        send=not dry_run,
        yes=yes,
        as_json=as_json,
        agree=at_terminal(),
    )
    plugin.close()
    raise typer.Exit(ended)


@app.command()
def batch(
    source: Annotated[
        Path,
        typer.Argument(help='A JSON object a line, such as `{"text": "…"}`.'),
    ],
    target: Annotated[Path, typer.Argument(help="Gets a line for each, with the decision.")],
    ray: Annotated[
        bool,
        typer.Option(
            "--ray",
            help="On the Ray cluster of RAY_ADDRESS, or all cores of this machine. SOURCE may be a "
            "folder of files, TARGET is a new folder.",
        ),
    ] = False,
    model: Model = None,
    adapter: Adapter = None,
) -> None:
    """Decide many requests; nothing is sent.

    Each line of TARGET is what `qod ask --json` would print, or an `error`. Started again, it goes
    on where it was interrupted. A conversation is `{"messages": ["…", "…"]}`.

    Exit status: 0 all were decided, 1 some lines are errors, 2 wrong usage.
    """
    console = screen(stderr=True)
    if ray:
        failed = _batch_on_ray(source, target, model, adapter)
    else:
        from camara_qod.agent.batch import Task, decide_all

        task = Task.of(source, target)
        plugin = _plugin(model, adapter, for_many=True, sends=False)
        failed = decide_all(plugin.interpreter, task, console)
        plugin.close()
    if failed:
        told = "1 line is an error" if failed == 1 else f"{failed} lines are errors"
        console.print(
            f"{told}: look at `error` in {target}, mend those lines in {source}, and run it again "
            "with a new TARGET."
        )
        raise typer.Exit(EXIT_FAILED)


def _batch_on_ray(source: Path, target: Path, model: str | None, adapter: str | None) -> int:
    try:
        from camara_qod.agent.scale.batch import decide_all
    except ImportError as error:
        raise Unavailable(
            f"--ray needs more packages ({error.name} is missing): pip install 'camara-qod[scale]'."
        ) from error
    from camara_qod.agent.scale.settings import load_scale_settings

    settings = load_scale_settings()
    return decide_all(source, target, settings, model=model, adapter=adapter)


@app.command()
def chat(
    dry_run: DryRun = False,
    model: Annotated[
        str | None,
        typer.Option(
            help="`embedded`, a Hugging Face id, a folder or a GGUF file; or any chat model by its "
            "LangChain name, such as `openai:gpt-5` or `ollama:llama3`.",
            show_default=False,
        ),
    ] = None,
    adapter: Adapter = None,
    confirm: Annotated[
        str,
        typer.Option(
            help="Before something is created, prolonged or deleted, ask: `always`, `never`, or "
            "where the model is less sure than a number from 0 to 1 (for a deletion at least "
            "`QOD_CONFIRM_DELETION_BELOW`) or leaves out something you named."
        ),
    ] = "always",
    resume: Annotated[bool, typer.Option("--resume", help="Go on with the last one.")] = False,
) -> None:
    """Talk: ask, be asked, correct, confirm; look sessions up, prolong and end them.

    Conversations are kept (`QOD_CONVERSATIONS`), and `qod chat --resume` goes on with the last.

    Another language model may lead the conversation, under a guard against made-up addresses:
    `OPENAI_API_KEY=… qod chat --model openai:gpt-5` (after `pip install langchain-openai`).

    Lines may come from a pipe. What fails is then told on standard error.

    Exit status: 0 the conversation is over, 1 it cannot be kept or, in a pipe, something failed.
    """
    import os
    from uuid import uuid4

    from camara_qod.agent.agent import build_agent, confirmation
    from camara_qod.agent.checkpoints import last_thread, open_checkpointer
    from camara_qod.agent.conversation import Conversation
    from camara_qod.agent.help import COMMANDS, show_help
    from camara_qod.agent.repl import Repl
    from camara_qod.agent.terminal import is_terminal, lines

    when = "always" if dry_run else confirmation(confirm)
    chat_model = model if model and ":" in model else None
    plugin = _plugin(None if chat_model else model, adapter, lazy=chat_model is not None)
    console, piped = screen(), not is_terminal(sys.stdin)
    with open_checkpointer(plugin.settings) as saver:
        agent = build_agent(plugin, model=chat_model, confirm=when, checkpointer=saver)
        last = last_thread(saver) if resume else None
        repl = Repl(
            plugin,
            console,
            lambda: Conversation(agent, plugin, str(uuid4())),
            conversation=Conversation(agent, plugin, last) if last else None,
            dry_run=dry_run,
            errors=screen(stderr=True) if piped else None,
        )
        if resume and last is None:
            console.print("There is no earlier conversation to go on with; this is a new one.")
        if last is None:
            show_help(console)
        history = plugin.settings.cache_dir / "chat-history"
        repl.run(lines(COMMANDS, history, repl.watch.text, os.environ.get("TERM")))
    plugin.close()
    if piped and repl.failed:
        raise typer.Exit(EXIT_FAILED)


@app.command()
def mcp(
    context: typer.Context,
    transport: Annotated[
        str, typer.Option(help="`stdio`, or `http` for streamable HTTP at `/mcp`.")
    ] = "stdio",
    port: Annotated[int, typer.Option(help="Port, for http.", min=0, max=65535)] = 8765,
    host: Annotated[str, typer.Option(help="Address, for http.")] = "127.0.0.1",
    token: Annotated[
        str | None,
        typer.Option(
            envvar="QOD_MCP_TOKEN",
            help="Bearer token that clients have to send, for http; needed on any address but "
            "loopback.",
            show_default=False,
        ),
    ] = None,
    allowed_host: Annotated[
        list[str] | None,
        typer.Option(help="Name by which clients call the server, for http; may be repeated."),
    ] = None,
    model: Model = None,
    adapter: Adapter = None,
) -> None:
    """Serve the tools to MCP clients.

    In a client's configuration: `{"mcpServers": {"qod": {"command": "qod", "args": ["mcp"]}}}`

    Over http, calls under another host name or from a page of another origin are refused.

    Exit status: 0 ended, also by Ctrl-C, 1 it cannot serve, 2 wrong usage.
    """
    from pydantic import SecretStr

    from camara_qod.agent.mcp_server import build_server

    if transport not in ("stdio", "http"):
        raise SettingsError(f"--transport is stdio or http, and not {transport}.")
    if transport == "stdio":
        from camara_qod.agent.mcp_stdio import serve as speak

        _only_with(context, "--transport http", "port", "host", "token", "allowed_host")
        with _checked_plugin(model, adapter) as plugin:
            speak(build_server(plugin))
        return
    from camara_qod.agent.mcp_http import check_reach, serve
    from camara_qod.tools.listening import check_address

    secret, names = SecretStr(token) if token else None, tuple(allowed_host or ())
    check_address(host, port)
    check_reach(host, secret, names)
    notes = screen(stderr=True)

    def announce(root: str) -> None:
        notes.print(f"MCP server on {root}/mcp", soft_wrap=True)

    with _checked_plugin(model, adapter) as plugin:
        serve(build_server(plugin), host, port, announce, token=secret, names=names)


@app.command()
def mock(
    port: Annotated[int, typer.Option(help="Port to listen on.", min=0, max=65535)] = 9091,
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    api_version: Annotated[
        str, typer.Option(help="`1.1` for 1.1.0, `1.2` for 1.2.0-rc.3 of both APIs.")
    ] = "1.1",
    catalogue: Annotated[
        Path | None, typer.Option(help="Profile catalogue (JSON); the demo's by default.")
    ] = None,
    database: Annotated[
        str | None,
        typer.Option(help="SQLAlchemy URL; by default an SQLite file in QOD_CACHE_DIR."),
    ] = None,
    open_mode: Annotated[
        bool, typer.Option("--open", help="Serve calls whatever their token; on this machine only.")
    ] = False,
    client: Annotated[
        list[str] | None,
        typer.Option(help="OAuth 2 client as id:secret; may be given several times."),
    ] = None,
    client_key: Annotated[
        list[str] | None,
        typer.Option(
            help="OAuth 2 client that signs (private_key_jwt), as id:file with its public key."
        ),
    ] = None,
    require_purpose: Annotated[
        bool,
        typer.Option(
            "--require-purpose", help="Give tokens for exactly one purpose only (scope dpv:…)."
        ),
    ] = False,
    token_lifetime: Annotated[
        int, typer.Option(help="Seconds until a token expires.", min=1)
    ] = 3600,
    control_token: Annotated[
        str | None,
        typer.Option(
            envvar="QOD_MOCK_CONTROL_TOKEN",
            show_envvar=False,
            help="Turn the control API on, for calls with this bearer token; also "
            "QOD_MOCK_CONTROL_TOKEN.",
        ),
    ] = None,
    rate_limit: Annotated[
        str | None, typer.Option(help="Calls of one client, such as 100/second.")
    ] = None,
    activation_delay: Annotated[
        float, typer.Option(help="Seconds a new session stays REQUESTED.", min=0)
    ] = 0,
    private_sinks: Annotated[
        bool,
        typer.Option(
            "--private-sinks", help="Notifications may go into private networks, for tests."
        ),
    ] = False,
    http_sinks: Annotated[
        bool,
        typer.Option("--http-sinks", help="Notifications may go over plain http, for tests."),
    ] = False,
) -> None:
    """Serve the mock operator: sessions, profiles, tokens, notifications.

    With a token, as a real one: `qod mock` prints how to get one. For a quick try:
    `qod mock --open`. Interactive documentation is at `/docs`, the control API for rehearsing
    errors and time at `/control`.

    Exit status: 0 ended, also by Ctrl-C, 1 it cannot serve, 2 wrong usage.
    """
    from camara_qod.agent.mock import run

    run(
        host,
        port,
        client or [],
        client_key or [],
        api_version=api_version,
        catalogue=catalogue,
        database=database,
        open=open_mode,
        require_purpose=require_purpose,
        token_lifetime=token_lifetime,
        control_token=control_token or None,
        rate_limit=rate_limit,
        activation_delay=activation_delay,
        private_sinks=private_sinks,
        http_sinks=http_sinks,
    )


@app.command()
def serve(
    port: Annotated[int, typer.Option(help="Port to listen on.", min=0, max=65535)] = 8080,
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    database: ServeDatabase = None,
    model: Model = None,
    adapter: Adapter = None,
) -> None:
    """Serve decisions and conversations to many at once, with a page in the browser.

    On this machine it works without an account, on the mock operator. Interactive documentation is
    at `/docs`. Further settings are `QOD_SERVE_…` variables; the README lists them.

    Exit status: 0 ended, also by Ctrl-C, 1 it cannot serve, 2 wrong usage.
    """
    with _packages_of_the_service():
        from camara_qod.agent.service.run import check_reach, run
        from camara_qod.agent.service.settings import load_service_settings

    settings = load_service_settings(database=database)
    check_reach(host, settings)
    plugin = _plugin(model, adapter, for_many=True)
    run(plugin, settings, host, port)
    plugin.close()


keys = typer.Typer(no_args_is_help=True, help="Make, list and revoke API keys of `qod serve`.")
app.add_typer(keys, name="keys")


@keys.command("create")
def create_key(
    name: Annotated[str, typer.Argument(help="Whom or what it is for.")],
    scope: Annotated[
        list[str] | None,
        typer.Option(
            help="`decide`, `act` or `admin`; may be repeated, and none includes another. By "
            "default `decide` and `act`.",
            show_default=False,
        ),
    ] = None,
    database: ServeDatabase = None,
) -> None:
    """Make a key and show it, once; clients send it as bearer token.

    Example: `KEY=$(qod keys create "night shift" --scope decide)`
    """
    with _packages_of_the_service():
        from camara_qod.agent.service.keys import opened_keys
    with opened_keys(database) as made:
        key = made.create(name, scope or ("decide", "act"))
    typer.echo(key)
    note = "Keep it now: it is not shown again, as only a hash of it is stored."
    screen(stderr=True).print(note)


@keys.command("list")
def list_keys(database: ServeDatabase = None) -> None:
    """Show all keys, without their secrets."""
    with _packages_of_the_service():
        from camara_qod.agent.service.key_table import key_table
        from camara_qod.agent.service.keys import opened_keys
    with opened_keys(database) as found:
        screen().print(key_table(found.all()))


@keys.command("revoke")
def revoke_key(
    name: Annotated[str, typer.Argument(metavar="ID", help="As `qod keys list` shows it.")],
    database: ServeDatabase = None,
) -> None:
    """Have a key refused from the next call on."""
    with _packages_of_the_service():
        from camara_qod.agent.service.keys import opened_keys
    with opened_keys(database) as found:
        found.revoke(name)


@app.command()
def doctor(model: Model = None, adapter: Adapter = None) -> None:
    """Look at the configuration step by step: operator, tokens, profiles, model.

    Each line says what was found and, where something is wrong, what to do. Nothing is created or
    changed at the operator.

    Exit status: 0 nothing is wrong, 1 something is.
    """
    from camara_qod.agent.doctor import doctor as look

    plugin = _plugin(model, adapter, lazy=True)
    sound = look(plugin, screen())
    plugin.close()
    raise typer.Exit(0 if sound else EXIT_FAILED)


def _is_shared(settings: "QodSettings") -> bool:
    """Whether the cores of this machine are to be shared among requests: by the embedded model."""
    here = settings.model == "embedded" and not settings.model_server
    return here and "at_once" not in settings.model_fields_set


def _plugin(
    model: str | None,
    adapter: str | None,
    *,
    lazy: bool = False,
    for_many: bool = False,
    sends: bool = True,
) -> "QodPlugin":
    """What the options ask for; where calls are sent, a person is told that they go to the mock."""
    import os

    from camara_qod.tools.settings import load_settings

    settings = load_settings(model=model, adapter=adapter)
    if settings.model_server and adapter is not None:
        raise SettingsError(
            "--adapter is for a model in this process, and QOD_MODEL_SERVER is set: unset it, or "
            "leave --adapter out."
        )
    if for_many and _is_shared(settings):
        settings = settings.model_copy(update={"at_once": os.cpu_count() or 1})
    notes = screen(stderr=True)
    with notes.status("Loading the language model …"), _no_collection():
        from camara_qod.tools.interpreter.loading import of_options
        from camara_qod.tools.plugin import QodPlugin

        with of_options(model=model, adapter=adapter):
            plugin = QodPlugin.from_settings(settings, lazy=lazy)
    if plugin.mock and sends:
        notes.print(
            "No operator is configured (QOD_API_ROOT): this is the mock operator, in this process.",
            style="dim",
        )
    return plugin


@contextmanager
def _checked_plugin(model: str | None, adapter: str | None) -> Iterator["QodPlugin"]:
    """A plugin whose model is loaded at the first request in words, and looked at before.

    Errors of that loading name the options too.
    """
    from camara_qod.tools.interpreter.loading import of_options
    from camara_qod.tools.interpreter.model import check

    plugin = _plugin(model, adapter, lazy=True)
    with of_options(model=model, adapter=adapter):
        if not plugin.settings.model_server:
            check(plugin.settings)
        yield plugin


def _only_with(context: typer.Context, other: str, *names: str) -> None:
    """Refuse options that do nothing without another; a variable may be set for other commands."""
    for name in names:
        source = context.get_parameter_source(name)
        if source is not None and source.name == "COMMANDLINE":
            option = f"--{name.replace('_', '-')}"
            raise SettingsError(f"{option} is for {other}: add that, or leave {option} out.")


@contextmanager
def _packages_of_the_service() -> Iterator[None]:
    """Imports inside need the extra `serve`."""
    try:
        yield
    except ImportError as error:
        raise Unavailable(
            f"The service needs more packages ({error.name} is missing): "
            "pip install 'camara-qod[serve]'."
        ) from error


@contextmanager
def _no_collection() -> Iterator[None]:
    """Imports make objects that stay: to look for garbage among them makes the start slower.

    They are not looked at later either, when the first request makes the collector start.
    """
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()


def main(arguments: list[str] | None = None) -> Any:
    """Run the command line; errors of ours end in one line, not in a traceback."""
    import os

    os.environ.setdefault("HF_HUB_DISABLE_PROGRESS_BARS", "1")
    return run(lambda: app(arguments))


if __name__ == "__main__":
    main()
