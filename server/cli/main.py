"""The command line: each command calls one function of another module."""

import asyncio
from pathlib import Path
from typing import Annotated, Any

import typer
from pydantic import ValidationError

from server.cli import key_commands, settings_reference
from server.exit_signals import install_signal_handlers
from server.settings import Settings

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Guided and chat support sessions behind one GraphQL API.",
)
app.add_typer(key_commands.app, name="keys")


def main() -> None:
    """The console script."""
    install_signal_handlers()
    app()


def settings(**given: Any) -> Settings:
    """Settings with what the command line says on top. A bad one ends the program, unshown:
    it may be a secret."""
    try:
        return Settings(**{name: value for name, value in given.items() if value is not None})
    except ValidationError as error:
        for problem in error.errors(include_input=False, include_url=False):
            typer.secho(f"{named(problem['loc'])}: {problem['msg']}", err=True, fg="red")
        raise typer.Exit(2) from None


def named(place: tuple[int | str, ...]) -> str:
    """A setting as the operator wrote it; pydantic knows some by their alias."""
    name = str(place[0])
    return settings_reference.env_name(name) if name in Settings.model_fields else name


Host = Annotated[str | None, typer.Option(help="The address to listen on.")]
Port = Annotated[int | None, typer.Option(help="The port to listen on.")]
Workers = Annotated[int | None, typer.Option(help="How many processes serve the port.")]
DataDir = Annotated[Path | None, typer.Option(help="Where the embedded database keeps its files.")]


@app.command()
def serve(
    host: Host = None, port: Port = None, data_dir: DataDir = None, workers: Workers = None
) -> None:
    """Serve the API; with no DATABASE_URL on a Postgres of its own."""
    chosen = settings(host=host, port=port, data_dir=data_dir, workers=workers)
    from server import runner

    runner.run_server(chosen)


@app.command()
def migrate(
    data_dir: DataDir = None,
    to: Annotated[str, typer.Option(help="The revision to go to, up or down.")] = "head",
) -> None:
    """Bring the database's schema up to date."""
    chosen = settings(data_dir=data_dir)
    from server import runner

    runner.run_migration_command(chosen, to)


@app.command()
def sdl() -> None:
    """Print the schema in GraphQL's schema language."""
    from resolvers.schema import schema

    typer.echo(schema.as_str())


@app.command(name="settings")
def print_settings() -> None:
    """Print every setting, its default and what it does."""
    typer.echo(settings_reference.render_settings(), nl=False)


@app.command()
def chat(
    text: Annotated[str, typer.Argument(help="What the problem is.")],
    url: Annotated[
        str | None, typer.Option(help="The server; by default the one on this machine.")
    ] = None,
    session: Annotated[str | None, typer.Option(help="The id of a chat to go on with.")] = None,
) -> None:
    """Ask a running server something and watch it answer."""
    from server import addresses
    from server.cli import chat

    chosen = settings()
    where = url or f"http://{addresses.client_host(chosen.host)}:{chosen.port}/graphql"
    key = chosen.api_key.get_secret_value() if chosen.api_key else None
    raise typer.Exit(asyncio.run(chat.run_chat(chat.Endpoint(where, key), text, session)))


@app.command()
def doctor(data_dir: DataDir = None) -> None:
    """Check database, migrations, assistant and port, and say what to do."""
    from server.cli import doctor

    raise typer.Exit(doctor.run_doctor(settings(data_dir=data_dir)))
