"""The shares of secrets left and of ordinary lines changed stay within their limits."""

import json
import tomllib

import pytest

from evaluation.lines import FILES, FOLDER, join_parts, read_lines
from evaluation.redaction import score
from services.ai.redact import vendors
from services.ai.redact.redactor import redact
from services.ai.redact.words import DATA, RarePattern

MOST_LEFT = 0.05
MOST_CHANGED = 0.01


@pytest.mark.parametrize("name", FILES)
def test_secrets_are_redacted_and_ordinary_lines_are_not_changed(name):
    result = score(read_lines(name))
    assert result.secret >= 100
    assert result.ordinary >= 100
    assert result.left_share <= MOST_LEFT, result.left
    assert result.changed_share <= MOST_CHANGED, result.changed


def test_a_secret_that_stays_is_counted(monkeypatch):
    monkeypatch.setattr("evaluation.redaction.redact", lambda text: text)
    result = score(read_lines("secrets"))
    assert result.left_share == 1
    monkeypatch.setattr("evaluation.redaction.redact", lambda text: text + "!")
    assert score(read_lines("secrets")).changed_share == 1


@pytest.mark.parametrize("name", FILES)
def test_lines_say_what_they_hold(name):
    for line in read_lines(name):
        assert all(secret in line.text for secret in line.secrets), line.id
        assert all(kept in line.text for kept in line.keep), line.id


@pytest.mark.parametrize("name", FILES)
def test_no_secret_scanner_finds_a_token_in_the_file(name):
    """Tokens in the formats of vendors are stored in parts."""
    text = (FOLDER / f"{name}.jsonl").read_text("utf-8")
    assert any(isinstance(json.loads(row)["text"], list) for row in text.splitlines())
    rules = tomllib.loads((DATA / "gitleaks.toml").read_text("utf-8"))["rules"]
    patterns = {
        rule["id"]: RarePattern(rule["regex"], case_sensitive=True)
        for rule in rules
        if "regex" in rule
    }
    assert [id for id, pattern in patterns.items() if pattern.search(text)] == []


def test_parts_are_joined():
    assert join_parts(["a", "b"]) == join_parts("ab") == "ab"


def test_the_rules_of_gitleaks_are_kept_with_their_licence():
    assert "MIT License" in (DATA / "gitleaks.LICENSE").read_text("utf-8")
    assert vendors.GITLEAKS_VERSION.startswith("v8.")
    assert len(vendors.RULES) > 200
    ids = {rule.id for rule in vendors.RULES}
    assert not ids & vendors.EXCLUDED


def test_redaction_of_the_evaluation_is_idempotent():
    lines = [redact(line.text) for name in FILES for line in read_lines(name)]
    again = [text for text in lines if redact(text) != text]
    assert len(again) <= len(lines) * 0.01, again
