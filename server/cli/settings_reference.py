"""`docs/settings.md`, written from the settings themselves."""

from collections.abc import Iterator

from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from server.settings import Settings

INTRODUCTION = """\
# Settings

From the environment, or from a `.env` file in the folder the server is started in. The environment
goes before the file, and the command line before both. `sessions settings` prints this page.

| variable | default | meaning |
|---|---|---|
"""


def render_settings() -> str:
    return INTRODUCTION + "".join(f"{row}\n" for row in setting_rows())


def setting_rows() -> Iterator[str]:
    for name, field in Settings.model_fields.items():
        yield f"| `{env_name(name)}` | {format_default(field)} | {field.description} |"


def env_name(name: str) -> str:
    """The name of a setting in the environment."""
    alias = Settings.model_fields[name].validation_alias
    return alias if isinstance(alias, str) else f"SESSIONS_{name.upper()}"


def format_default(field: FieldInfo) -> str:
    if field.default in (None, PydanticUndefined, ()):
        return ""
    return f"`{field.default}`"
