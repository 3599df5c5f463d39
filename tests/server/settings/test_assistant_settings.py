"""Key and address of the provider, as operators paste them."""

import pytest
from pydantic import ValidationError

from server.settings import Settings


@pytest.mark.parametrize(
    "written",
    [
        "https://llm.example.com",
        "https://llm.example.com/",
        "https://llm.example.com/v1",
        "https://llm.example.com/v1/",
        "https://llm.example.com/v1/messages",
        "  https://llm.example.com/v1\n",
    ],
)
def test_the_path_of_the_api_is_not_part_of_the_address(monkeypatch, written):
    monkeypatch.setenv("ANTHROPIC_BASE_URL", written)
    assert Settings().anthropic_base_url == "https://llm.example.com"


def test_a_path_of_a_gateway_stays(monkeypatch):
    monkeypatch.setenv("ANTHROPIC_BASE_URL", "http://gateway:4000/anthropic/v1")
    assert Settings().anthropic_base_url == "http://gateway:4000/anthropic"


@pytest.mark.parametrize("written", ["llm.example.com", "localhost:4000", "ftp://x", "https://"])
def test_an_address_without_scheme_or_host_is_refused_at_start(monkeypatch, written):
    monkeypatch.setenv("ANTHROPIC_BASE_URL", written)
    with pytest.raises(ValidationError, match=r"https://llm\.example\.com"):
        Settings()


@pytest.mark.parametrize(
    ("written", "key"), [("sk-1\n", "sk-1"), (" sk-1\r\n", "sk-1"), (" ", None)]
)
def test_a_key_is_read_without_the_space_around_it(monkeypatch, written, key):
    monkeypatch.setenv("ANTHROPIC_API_KEY", written)
    found = Settings().anthropic_api_key
    assert (found.get_secret_value() if found else None) == key


@pytest.mark.parametrize("written", ["sk-1\nsk-2", "schlüssel"])
def test_a_key_that_no_request_can_carry_is_refused_without_being_shown(monkeypatch, written):
    monkeypatch.setenv("ANTHROPIC_API_KEY", written)
    with pytest.raises(ValidationError, match="ASCII"):
        Settings()
