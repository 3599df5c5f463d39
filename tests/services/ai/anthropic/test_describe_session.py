"""Descriptions of sessions by the small model."""

import json

import pytest

from services.ai.anthropic.assistant import SMALL_MODEL
from services.ai.port import AssistantError, ContentRefused, ProviderOverloaded, ProviderTimeout
from tests.fakes.messages_reply import Reply, error_reply
from tests.services.ai.sample_snapshots import chat_snapshot

SNAPSHOT = chat_snapshot("The printer does not print, password is Hunter2!", "Is it on?")


def written(**changes) -> str:
    said = {"title": "Printer is dead", "summary": "It does not print.", "domain": "Printing"}
    return json.dumps(said | changes)


async def test_title_summary_and_domain_are_returned(claude, messages_api):
    messages_api.enqueue(written())
    found = await claude.describe_session(SNAPSHOT)
    assert (found.title, found.summary) == ("Printer is dead", "It does not print.")
    assert found.domain == "Printing"


async def test_the_small_model_is_called_once_with_a_schema(claude, messages_api):
    await claude.describe_session(SNAPSHOT)
    body = messages_api.last.body
    assert body["model"] == SMALL_MODEL
    assert "stream" not in body
    assert body["output_config"]["format"]["type"] == "json_schema"


async def test_secrets_are_redacted_before_the_request(claude, messages_api):
    await claude.describe_session(SNAPSHOT)
    assert "Hunter2" not in str(messages_api.last.body)


async def test_the_usage_has_a_cost(claude, messages_api):
    usage = (await claude.describe_session(SNAPSHOT)).usage
    assert (usage.model, usage.input_tokens, usage.output_tokens) == (SMALL_MODEL, 100, 50)
    assert usage.cost_usd is not None


async def test_title_and_summary_are_cleaned_and_truncated(claude, messages_api):
    title = '**"Printer\nis dead"** ' + "x" * 200
    messages_api.enqueue(written(title=title, summary="very " * 400, domain=None))
    found = await claude.describe_session(SNAPSHOT)
    assert found.title.startswith("Printer is dead")
    assert len(found.title) <= 81
    assert len(found.summary) <= 501
    assert found.domain is None


async def test_text_around_the_json_is_ignored(claude, messages_api):
    messages_api.enqueue(f"Sure!\n```json\n{written()}\n```")
    assert (await claude.describe_session(SNAPSHOT)).title == "Printer is dead"


async def test_characters_that_postgres_rejects_are_replaced(claude, messages_api):
    messages_api.enqueue(written(title="a\x00b"))
    assert (await claude.describe_session(SNAPSHOT)).title == "a\ufffdb"


@pytest.mark.parametrize(
    "text",
    ["", "no idea", "{", "[]", "null", "{}", written(title=" "), written(summary=None), "}{"],
)
async def test_invalid_output_is_an_assistant_error(claude, messages_api, text):
    messages_api.enqueue(Reply(text))
    with pytest.raises(AssistantError):
        await claude.describe_session(SNAPSHOT)


@pytest.mark.parametrize(
    "body", [{}, [], "<html>", 7, {"content": None}, {"content": [{"type": "text"}]}], ids=str
)
async def test_a_body_that_is_no_message_is_an_assistant_error(claude, messages_api, body):
    messages_api.enqueue(Reply(body=body))
    with pytest.raises(AssistantError):
        await claude.describe_session(SNAPSHOT)


async def test_a_title_of_markup_only_is_an_assistant_error(claude, messages_api):
    messages_api.enqueue(written(title="**"))
    with pytest.raises(AssistantError):
        await claude.describe_session(SNAPSHOT)


@pytest.mark.parametrize(
    ("reply", "error_class"),
    [
        (error_reply(529, "overloaded_error"), ProviderOverloaded),
        (Reply(written(), stop_reason="refusal"), ContentRefused),
        (Reply(is_silent=True), ProviderTimeout),
    ],
    ids=["overloaded", "refused", "silent"],
)
async def test_provider_errors_are_translated(make_assistant, messages_api, reply, error_class):
    messages_api.enqueue(reply)
    with pytest.raises(error_class):
        await make_assistant(timeout=1.0).describe_session(SNAPSHOT)
