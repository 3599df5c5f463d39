"""The command line: each command calls one function of another module.

Commands import their module when they run, to save start-up time: the server and its database layer
take most of a second to import, and `sessions --help` needs neither.
"""

import asyncio
import json
from importlib import metadata
from typing import Annotated, Literal

import typer

from server.cli import key_commands, settings_reference
from server.cli.options import DataDir, describe_unknown_settings, load_settings
from server.exit_signals import install_signal_handlers

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.add_typer(key_commands.app, name="keys")


def main() -> None:
    """Entry point of the console script."""
    install_signal_handlers()
    app()


def print_version(is_asked: bool) -> None:
    if is_asked:
        typer.echo(f"Unified Sessions {metadata.version('unified-sessions')}")
        raise typer.Exit


@app.callback()
def describe_program(
    version: Annotated[
        bool,
        typer.Option(
            "--version", callback=print_version, is_eager=True, help="Print the version and exit."
        ),
    ] = False,
) -> None:
    """Guided and chat support sessions behind one GraphQL API."""


Host = Annotated[str | None, typer.Option(help="Address to listen on.")]
Port = Annotated[int | None, typer.Option(help="Port to listen on.")]
Workers = Annotated[int | None, typer.Option(help="Number of server processes.")]


@app.command()
def serve(
    host: Host = None, port: Port = None, data_dir: DataDir = None, workers: Workers = None
) -> None:
    """Serve the console and the API. Without DATABASE_URL, run an embedded PostgreSQL."""
    settings = load_settings(host=host, port=port, data_dir=data_dir, workers=workers)
    for problem in describe_unknown_settings():
        typer.secho(f"Warning: {problem}", err=True, fg="yellow")
    from server import runner

    runner.run_server(settings)


@app.command()
def migrate(
    data_dir: DataDir = None,
    to: Annotated[str, typer.Option(help="Target revision, newer or older.")] = "head",
) -> None:
    """Migrate the schema of the database."""
    settings = load_settings(data_dir=data_dir)
    from server import runner

    runner.run_migration_command(settings, to)


@app.command()
def sdl() -> None:
    """Print the GraphQL schema (SDL)."""
    from resolvers.schema import schema

    typer.echo(schema.as_str())


@app.command()
def cache_config() -> None:
    """Print what the caches of GraphQL clients need to know of the schema (JSON)."""
    from resolvers.schema import schema
    from server.cli import cache_config

    typer.echo(json.dumps(cache_config.describe_for_caches(schema.as_str()), indent=2))


@app.command(name="settings")
def print_settings() -> None:
    """Print every setting with its default and description."""
    typer.echo(settings_reference.render_settings(), nl=False)


@app.command()
def chat(
    text: Annotated[
        str | None,
        typer.Argument(
            help="The message, such as a description of the problem. Without it, a conversation."
        ),
    ] = None,
    url: Annotated[
        str | None, typer.Option(help="URL of the GraphQL API; by default that of this machine.")
    ] = None,
    session: Annotated[str | None, typer.Option(help="Id of a session to continue.")] = None,
    guided: Annotated[
        bool, typer.Option("--guided", help="A conversation in which the assistant leads.")
    ] = False,
) -> None:
    """Talk to the assistant of a running server: one message, or a conversation."""
    if text is not None and guided:
        raise typer.BadParameter("a guided session is a conversation: leave out the text.")
    from server import addresses
    from server.cli.chat import connection, one_message, terminal

    settings = load_settings()
    where = url or f"http://{addresses.client_host(settings.host)}:{settings.port}/graphql"
    key = settings.api_key.get_secret_value() if settings.api_key else None
    endpoint = connection.Endpoint(where, key)
    if text is not None:
        status = asyncio.run(one_message.run_chat(endpoint, text, session))
    else:
        kind: Literal["GUIDED", "CHAT"] = "GUIDED" if guided else "CHAT"
        status = asyncio.run(terminal.hold_conversation(endpoint, session, kind))
    raise typer.Exit(status)


@app.command()
def doctor(data_dir: DataDir = None) -> None:
    """Check port, authentication, assistant, flows and database."""
    from server.cli import doctor

    raise typer.Exit(doctor.run_doctor(load_settings(data_dir=data_dir)))
