from pathlib import Path

from server.cli import settings_reference
from server.settings import Settings

WRITTEN = Path(__file__).parents[3] / "docs" / "settings.md"


def test_the_written_page_is_up_to_date():
    assert WRITTEN.read_text() == settings_reference.render_settings(), "run `make sdl`"


def test_every_setting_says_what_it_is_for():
    assert all(field.description for field in Settings.model_fields.values())


def test_every_setting_is_read_from_the_variable_it_is_listed_under(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv(settings_reference.env_name("port"), "8123")
    monkeypatch.setenv(settings_reference.env_name("anthropic_api_key"), "a key")
    settings = Settings()
    assert settings.port == 8123
    assert settings.uses_anthropic
