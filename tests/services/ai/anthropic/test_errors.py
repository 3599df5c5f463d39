"""Failures of the provider: translated, with the text before them kept."""

import asyncio
import logging

import pytest

from models import ErrorCode
from services.ai.anthropic.assistant import AnthropicAssistant
from services.ai.port import (
    AssistantError,
    ContentRefused,
    OutputTruncated,
    ProviderAuthError,
    ProviderDisconnected,
    ProviderNotFound,
    ProviderOverloaded,
    ProviderRateLimited,
    ProviderRejectedRequest,
    ProviderTimeout,
    ProviderUnreachable,
)
from tests.fakes.messages_reply import Reply, error_reply
from tests.services.ai.anthropic.conftest import API_KEY
from tests.services.ai.collected_answer import collect_answer
from tests.services.ai.sample_snapshots import chat_snapshot

#: Seconds of silence after which the provider has timed out.
SHORT = 1.0

STATUSES = [
    (400, "invalid_request_error", ProviderRejectedRequest),
    (401, "authentication_error", ProviderAuthError),
    (402, "billing_error", ProviderAuthError),
    (403, "permission_error", ProviderAuthError),
    (404, "not_found_error", ProviderNotFound),
    (408, None, ProviderTimeout),
    (413, "request_too_large", ProviderRejectedRequest),
    (422, None, ProviderRejectedRequest),
    (429, "rate_limit_error", ProviderRateLimited),
    (500, "api_error", AssistantError),
    (502, None, AssistantError),
    (503, None, ProviderOverloaded),
    (504, "timeout_error", ProviderTimeout),
    (529, "overloaded_error", ProviderOverloaded),
]


@pytest.mark.parametrize(("status", "error_type", "error_class"), STATUSES)
async def test_a_status_is_translated(claude, messages_api, status, error_type, error_class):
    messages_api.enqueue(Reply(status=status, error_type=error_type))
    answer = await collect_answer(claude)
    assert type(answer.error) is error_class
    assert str(status) in answer.error.detail


@pytest.mark.parametrize(
    ("error_type", "error_class"),
    [
        ("overloaded_error", ProviderOverloaded),
        ("rate_limit_error", ProviderRateLimited),
        ("api_error", AssistantError),
    ],
)
async def test_an_error_event_is_raised_after_the_text(
    claude, messages_api, error_type, error_class
):
    messages_api.enqueue(Reply("one two three", error_after=2, error_type=error_type))
    answer = await collect_answer(claude)
    assert answer.text == "one two"
    assert type(answer.error) is error_class
    assert answer.usages


@pytest.mark.parametrize(
    "fault",
    [
        pytest.param({"is_silent": True}, id="no answer at all"),
        pytest.param({"stall_after": -1}, id="no text"),
        pytest.param({"stall_after": 2}, id="in mid text"),
    ],
)
async def test_a_stall_times_out(make_assistant, messages_api, fault):
    messages_api.enqueue(Reply("one two three", **fault))
    answer = await collect_answer(make_assistant(timeout=SHORT, max_retries=2))
    assert isinstance(answer.error, ProviderTimeout)
    assert len(messages_api.requests) == 1


async def test_a_stall_keeps_the_text_before_it(make_assistant, messages_api):
    messages_api.enqueue(Reply("one two three", stall_after=2))
    assert (await collect_answer(make_assistant(timeout=SHORT))).text == "one two"


@pytest.mark.parametrize("behind", [-1, 2])
async def test_a_dropped_connection_is_a_disconnection(claude, messages_api, behind):
    messages_api.enqueue(Reply("one two three", cut_after=behind))
    answer = await collect_answer(claude)
    assert isinstance(answer.error, ProviderDisconnected)
    assert answer.text == ("one two" if behind > 0 else "")


async def test_a_stream_that_ends_before_the_answer_is_a_disconnection(claude, messages_api):
    messages_api.enqueue(Reply("one two three", end_after=2))
    answer = await collect_answer(claude)
    assert isinstance(answer.error, ProviderDisconnected)
    assert answer.text == "one two"


async def test_an_unreachable_server_is_named(make_assistant, messages_api):
    assistant = make_assistant()
    await messages_api.__aexit__()
    error = (await collect_answer(assistant)).error
    assert isinstance(error, ProviderUnreachable)
    assert messages_api.url in error.detail
    await messages_api.__aenter__()


@pytest.mark.parametrize("content_type", ["text/html; charset=utf-8", "application/json"])
async def test_a_page_is_no_answer(claude, messages_api, content_type):
    """That of a proxy, or of another service, with status 200."""
    messages_api.enqueue(Reply(raw=[b"<html>hello"], headers={"content-type": content_type}))
    error = (await collect_answer(claude)).error
    assert isinstance(error, ProviderNotFound)
    assert not error.is_transient
    assert messages_api.url in error.detail


async def test_a_page_is_no_description(claude, messages_api):
    messages_api.enqueue(Reply(raw=[b"<html>"], headers={"content-type": "text/html"}))
    with pytest.raises(ProviderNotFound):
        await claude.describe_session(chat_snapshot("it hangs"))


async def test_an_address_without_the_api_is_told_with_the_address(make_assistant, messages_api):
    assistant = AnthropicAssistant(API_KEY, f"{messages_api.url}/elsewhere", max_retries=0)
    error = (await collect_answer(assistant)).error
    assert "404" in error.detail
    assert f"{messages_api.url}/elsewhere/v1/messages" in error.detail
    await assistant.close()


async def test_an_unknown_model_is_not_an_unknown_address(claude, messages_api):
    message = "model: claude-of-yore"
    messages_api.enqueue(Reply(status=404, error_type="not_found_error", error_message=message))
    error = (await collect_answer(claude)).error
    assert isinstance(error, ProviderRejectedRequest)
    assert message in error.detail


async def test_the_connection_is_checked_by_one_request(claude, messages_api):
    await claude.check_connection()
    assert messages_api.last.body["max_tokens"] == 1
    messages_api.enqueue(Reply(status=401, error_type="authentication_error"))
    with pytest.raises(ProviderAuthError):
        await claude.check_connection()
    assert len(messages_api.requests) == 2


async def test_a_refusal_has_its_reason(claude, messages_api):
    why = {"type": "refusal", "category": "cyber", "explanation": "It could do harm."}
    messages_api.enqueue(Reply("I", stop_reason="refusal", stop_details=why))
    answer = await collect_answer(claude)
    assert isinstance(answer.error, ContentRefused)
    assert answer.error.detail == "It could do harm."
    assert not answer.error.is_retryable


@pytest.mark.parametrize("reason", ["max_tokens", "model_context_window_exceeded"])
async def test_an_answer_at_its_length_limit_keeps_its_text(claude, messages_api, reason):
    messages_api.enqueue(Reply("one two", stop_reason=reason))
    answer = await collect_answer(claude)
    assert isinstance(answer.error, OutputTruncated)
    assert answer.error.code is ErrorCode.ANSWER_TOO_LONG
    assert answer.text == "one two"
    assert answer.usages[-1].output_tokens == 50


@pytest.mark.parametrize(
    "body",
    [
        pytest.param([{"type": "message_start"}], id="nothing in it"),
        pytest.param([{"type": "message_start", "message": "hello"}], id="of another kind"),
        pytest.param([{"type": "content_block_delta", "delta": None}], id="no delta"),
        pytest.param(
            [{"type": "content_block_delta", "delta": {"type": "text_delta"}}], id="no text"
        ),
        pytest.param([{"type": "message_delta", "delta": {}, "usage": None}], id="no end"),
        pytest.param([{"type": "of the future"}], id="unknown"),
    ],
)
async def test_malformed_events_are_an_assistant_error(claude, messages_api, body):
    messages_api.enqueue(Reply(body=body))
    assert isinstance((await collect_answer(claude)).error, AssistantError)


# retries


@pytest.mark.parametrize(
    "first",
    [
        error_reply(429, "rate_limit_error", retry_after="0.01"),
        error_reply(529, "overloaded_error"),
    ],
    ids=["429", "529"],
)
async def test_a_transient_error_is_retried_before_the_answer_begins(
    make_assistant, messages_api, first
):
    messages_api.enqueue(first, "All is well.")
    answer = await collect_answer(make_assistant(max_retries=2))
    assert (answer.text, answer.error) == ("All is well.", None)
    assert len(messages_api.requests) == 2


async def test_retries_are_limited(make_assistant, messages_api):
    messages_api.enqueue(
        *[error_reply(429, "rate_limit_error", retry_after="0.01") for _ in range(9)]
    )
    answer = await collect_answer(make_assistant(max_retries=2))
    assert isinstance(answer.error, ProviderRateLimited)
    assert len(messages_api.requests) == 3


async def test_a_retry_after_above_the_timeout_is_not_waited_for(make_assistant, messages_api):
    messages_api.enqueue(error_reply(429, "rate_limit_error", retry_after="3600"))
    answer = await collect_answer(make_assistant(max_retries=2, timeout=30))
    assert isinstance(answer.error, ProviderRateLimited)
    assert len(messages_api.requests) == 1


@pytest.mark.parametrize("fault", ["stall_after", "cut_after", "error_after", "end_after"])
async def test_nothing_is_retried_after_the_first_text(make_assistant, messages_api, fault):
    messages_api.enqueue(Reply("one two", **{fault: 1}, error_type="overloaded_error"))
    answer = await collect_answer(make_assistant(max_retries=2, timeout=SHORT))
    assert answer.text == "one"
    assert answer.error.is_transient
    assert len(messages_api.requests) == 1


@pytest.mark.parametrize("status", [400, 401, 403, 413])
async def test_permanent_errors_are_not_retried(make_assistant, messages_api, status):
    messages_api.enqueue(Reply(status=status))
    answer = await collect_answer(make_assistant(max_retries=2))
    assert not answer.error.is_retryable
    assert len(messages_api.requests) == 1


# logs and details


async def test_logs_contain_neither_text_nor_key(claude, messages_api, caplog):
    caplog.set_level(logging.DEBUG)
    messages_api.enqueue(Reply("A telling answer"), error_reply(400, "invalid_request_error"))
    snapshot = chat_snapshot("A telling question")
    await collect_answer(claude, snapshot=snapshot)
    await collect_answer(claude, snapshot=snapshot)
    assert "telling" not in caplog.text
    assert API_KEY not in caplog.text


@pytest.mark.parametrize("name", ["anthropic", "httpx2", "httpcore2"])
async def test_debug_logs_of_the_sdk_stay_off(make_assistant, name):
    logging.getLogger(name).setLevel(logging.DEBUG)
    make_assistant()
    assert not logging.getLogger(f"{name}.anything").isEnabledFor(logging.DEBUG)


async def test_secrets_in_the_detail_of_an_error_are_redacted(claude, messages_api):
    messages_api.enqueue(error_reply(400, "invalid_request_error", "got password: Hunter2!"))
    answer = await collect_answer(claude)
    assert "Hunter2" not in answer.error.detail


async def test_the_exception_of_the_sdk_is_not_chained(claude, messages_api):
    messages_api.enqueue(error_reply(401, "authentication_error"))
    error = (await collect_answer(claude)).error
    assert error.__cause__ is None
    assert error.__suppress_context__


async def test_an_assistant_works_after_a_failure(claude, messages_api):
    messages_api.enqueue(Reply("one two", cut_after=1), "All is well.")
    failed, fine = await collect_answer(claude), await asyncio.wait_for(collect_answer(claude), 20)
    assert failed.error
    assert fine.text == "All is well."


async def test_the_proxy_of_the_environment_is_used(messages_api, monkeypatch):
    monkeypatch.setenv("HTTP_PROXY", messages_api.url)
    assistant = AnthropicAssistant(API_KEY, "http://provider.invalid", max_retries=0)
    error = (await collect_answer(assistant)).error
    await assistant.close()
    # The fake API is no proxy: it answers with 404 and the URL.
    assert isinstance(error, ProviderNotFound)
    assert "http://provider.invalid/v1/messages" in error.detail
