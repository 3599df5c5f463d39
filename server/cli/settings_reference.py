"""Renders docs/settings.md from the settings."""

from collections.abc import Iterator

from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from server.settings import SECTIONS, Settings
from server.settings.section import SettingsSection

INTRODUCTION = """\
# Settings

The server reads settings from the environment or from a `.env` file in its working directory. The
environment takes precedence over the file, and the command line over both. `sessions settings`
prints this page.
"""


def render_settings() -> str:
    """The page in Markdown."""
    return INTRODUCTION + "".join(
        render_section(title, section) for title, section in SECTIONS.items()
    )


def render_section(title: str, section: type[SettingsSection]) -> str:
    table = "".join(f"{row}\n" for row in setting_rows(section))
    return f"\n## {title}\n\n| variable | default | meaning |\n|---|---|---|\n{table}"


def setting_rows(section: type[SettingsSection]) -> Iterator[str]:
    for name, field in section.model_fields.items():
        yield f"| `{env_name(name)}` | {format_default(field)} | {field.description} |"


def env_name(name: str) -> str:
    """The environment variable of a setting."""
    alias = Settings.model_fields[name].validation_alias
    return alias if isinstance(alias, str) else f"SESSIONS_{name.upper()}"


def format_default(field: FieldInfo) -> str:
    if field.default in (None, PydanticUndefined, ()):
        return ""
    if isinstance(field.default, tuple):
        return f"`{','.join(field.default)}`"
    return f"`{field.default}`"
