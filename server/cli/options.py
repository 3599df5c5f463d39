"""Options and settings that several commands share."""

from pathlib import Path
from typing import Annotated, Any

import typer
from pydantic import ValidationError

from server.cli.settings_reference import env_name
from server.settings import Settings

DataDir = Annotated[Path | None, typer.Option(help="The directory of the embedded database.")]


def load_settings(**options: Any) -> Settings:
    """The settings, overridden by options of the command line. An invalid setting ends the program
    with a message that does not contain its value, which may be a secret."""
    try:
        return Settings(**{name: value for name, value in options.items() if value is not None})
    except ValidationError as error:
        for problem in error.errors(include_input=False, include_url=False):
            typer.secho(f"{setting_name(problem['loc'])}: {problem['msg']}", err=True, fg="red")
        raise typer.Exit(2) from None


def setting_name(location: tuple[int | str, ...]) -> str:
    """The environment variable of a setting; pydantic reports some settings by their alias."""
    name = str(location[0])
    return env_name(name) if name in Settings.model_fields else name
