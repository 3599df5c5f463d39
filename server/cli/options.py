"""Options and settings that several commands share."""

from collections.abc import Iterable
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Any

import typer
from pydantic import ValidationError
from pydantic_settings import DotEnvSettingsSource, EnvSettingsSource

from server.cli.settings_reference import env_name
from server.settings import ENV_FILE, Settings
from server.settings.env_file import UnreadableEnvFile, detect_encoding

PREFIX = "SESSIONS_"

DataDir = Annotated[Path | None, typer.Option(help="The directory of the embedded database.")]


def load_settings(**options: Any) -> Settings:
    """The settings, overridden by options of the command line. An invalid setting ends the program
    with a message that does not contain its value, which may be a secret."""
    given = {name: value for name, value in options.items() if value is not None}
    try:
        return Settings(_env_file_encoding=env_file_encoding(), **given)  # type: ignore[call-arg]
    except ValidationError as error:
        for problem in error.errors(include_input=False, include_url=False):
            typer.secho(f"{setting_name(problem['loc'])}: {problem['msg']}", err=True, fg="red")
        raise typer.Exit(2) from None


def env_file_encoding() -> str:
    """The encoding of the `.env` file. One that cannot be read ends the program."""
    try:
        return detect_encoding(ENV_FILE)
    except UnreadableEnvFile as error:
        typer.secho(str(error), err=True, fg="red")
        raise typer.Exit(2) from None


def describe_unknown_settings() -> list[str]:
    """A sentence for each variable that begins like a setting and is none: a misspelt limit would
    not be in force."""
    known = {env_name(name) for name in Settings.model_fields}
    env_file = DotEnvSettingsSource(Settings, env_file_encoding=env_file_encoding())
    sources = (EnvSettingsSource(Settings), env_file)
    given = {name.upper() for source in sources for name in source.env_vars}
    unknown = sorted(given - known)
    return [describe_unknown(name, known) for name in unknown if name.startswith(PREFIX)]


def describe_unknown(name: str, known: Iterable[str]) -> str:
    [*similar] = get_close_matches(name, known, 1)
    return f"{name} is no setting" + (f"; did you mean {similar[0]}?" if similar else "")


def setting_name(location: tuple[int | str, ...]) -> str:
    """The environment variable of a setting; pydantic reports some settings by their alias."""
    name = str(location[0])
    return env_name(name) if name in Settings.model_fields else name
