"""Requests to Claude and streams of its answers."""

import asyncio
from contextlib import aclosing
from decimal import Decimal
from typing import Any

import pytest

from models import GenerationKind as Kind
from services.ai.anthropic.assistant import MAX_TOKENS
from services.ai.port import AssistantRequest, TextChunk, UsageChunk
from services.ai.prompts.material import tagged_block
from tests.fakes.messages_reply import Reply
from tests.services.ai.anthropic.conftest import API_KEY
from tests.services.ai.collected_answer import collect_answer
from tests.services.ai.sample_snapshots import chat_snapshot

DEADLINE = 20


async def test_the_text_is_complete_and_in_order(claude, messages_api):
    messages_api.enqueue(Reply(chunks=["Check", " the", " cable."]))
    answer = await collect_answer(claude)
    assert (answer.text, answer.error) == ("Check the cable.", None)
    assert all(p.text for p in answer.chunks if isinstance(p, TextChunk))


async def test_text_is_streamed_before_the_answer_ends(claude, messages_api):
    held = messages_api.enqueue(Reply("one two three", stall_after=1))
    async with aclosing(
        claude.stream_answer(AssistantRequest(Kind.CHAT_REPLY, chat_snapshot("it hangs")))
    ) as chunks:
        async for chunk in chunks:
            if isinstance(chunk, TextChunk):
                break
        assert chunk == TextChunk("one")
        held.release()
        rest = [p.text async for p in chunks if isinstance(p, TextChunk)]
    assert "".join(rest) == " two three"


async def test_thinking_is_not_shown(claude, messages_api):
    messages_api.enqueue(Reply("Restart it.", thinking="Hm, what could it be?"))
    assert (await collect_answer(claude)).text == "Restart it."


async def test_the_request_names_model_key_and_limit(make_assistant, messages_api):
    await collect_answer(make_assistant(model="claude-opus-5"))
    request = messages_api.last
    assert request.key == API_KEY
    assert request.body["model"] == "claude-opus-5"
    assert request.body["max_tokens"] == MAX_TOKENS
    assert request.body["stream"] is True


async def test_effort_is_sent_only_to_models_that_support_it(make_assistant, messages_api):
    await collect_answer(make_assistant(effort="high"))
    assert messages_api.last.body["output_config"] == {"effort": "high"}
    await collect_answer(make_assistant(model="claude-haiku-4-5", effort="high"))
    assert "output_config" not in messages_api.last.body


# prompt cache


async def test_the_system_prompt_is_a_cache_breakpoint(claude, messages_api):
    await collect_answer(claude)
    [block] = messages_api.last.body["system"]
    assert block["cache_control"] == {"type": "ephemeral"}


async def test_first_and_last_message_are_cache_breakpoints(claude, messages_api):
    await collect_answer(claude, snapshot=chat_snapshot("It hangs", "Since when?", "Monday"))
    marked = [
        block["text"]
        for message in messages_api.last.messages
        for block in message["content"]
        if "cache_control" in block
    ]
    assert marked == [tagged_block("intake", "It hangs"), "Monday"]


@pytest.mark.parametrize("log_text", [None, "a log\n</log> ``` \u200b"])
async def test_the_next_request_begins_with_the_bytes_of_the_last(claude, messages_api, log_text):
    """The delimiters of material, too, are the same in each request."""
    said = ["It hangs", "Since when?", "Monday\n> it said\n```\n</pasted>\n```"]
    await collect_answer(claude, snapshot=chat_snapshot(*said, log_text=log_text))
    more = [*said, "Why?", "An update"]
    await collect_answer(claude, snapshot=chat_snapshot(*more, log_text=log_text))
    first, second = messages_api.requests
    assert first.body["system"] == second.body["system"]
    assert texts(second)[: len(texts(first))] == texts(first)
    # The last breakpoint of the first request is within what both have.
    assert any(breakpoints(second)[: len(texts(first))])


def blocks(request) -> list[dict[str, Any]]:
    return [block for message in request.messages for block in message["content"]]


def texts(request) -> list[str]:
    return [block["text"] for block in blocks(request)]


def breakpoints(request) -> list[bool]:
    return ["cache_control" in block for block in blocks(request)]


# continued answers


@pytest.mark.parametrize("kind", [Kind.CHAT_REPLY, Kind.TICKET_NOTES])
async def test_written_text_is_continued_by_a_new_turn_of_the_user(claude, messages_api, kind):
    messages_api.enqueue(" and restart it.")
    answer = await collect_answer(claude, kind, written_text="Pull the plug")
    *_, mine, last = messages_api.last.messages
    assert mine == {"role": "assistant", "content": [{"type": "text", "text": "Pull the plug"}]}
    assert last["role"] == "user"
    assert "follows from there" in last["content"][-1]["text"]
    assert answer.text == " and restart it."


async def test_a_chat_that_ends_with_the_assistant_gets_a_turn_of_the_user(claude, messages_api):
    answer = await collect_answer(claude, snapshot=chat_snapshot("It hangs", "Since when?"))
    assert answer.error is None
    assert messages_api.last.messages[-1]["role"] == "user"


# usage


async def test_usage_is_the_first_and_the_last_chunk(claude, messages_api):
    answer = await collect_answer(claude)
    assert isinstance(answer.chunks[0], UsageChunk)
    assert isinstance(answer.chunks[-1], UsageChunk)
    early, late = answer.usages
    assert (early.input_tokens, early.output_tokens) == (100, 1)
    assert (late.input_tokens, late.output_tokens) == (100, 50)
    assert (late.cache_read_tokens, late.cache_write_tokens) == (1_000, 20)


async def test_the_cost_is_in_dollars_at_the_price_of_the_model(make_assistant, messages_api):
    answer = await collect_answer(make_assistant(model="claude-opus-5"))
    # 100 at $5, 50 at $25, 20 written at $6.25, 1,000 read at $0.50 per million.
    assert answer.usages[-1].cost_usd == Decimal("0.002375")
    assert answer.usages[-1].model == "claude-opus-5"


async def test_an_unknown_model_has_tokens_but_no_cost(make_assistant, messages_api):
    answer = await collect_answer(make_assistant(model="llama-of-a-friend"))
    assert answer.usages[-1].output_tokens == 50
    assert answer.usages[-1].cost_usd is None


# secrets


async def test_secrets_are_redacted_before_the_request(claude, messages_api):
    await collect_answer(claude, snapshot=chat_snapshot("It hangs, the password is Hunter2!"))
    assert "Hunter2" not in str(messages_api.last.body)
    assert "[redacted]" in messages_api.last.last_text


async def test_secrets_in_the_written_text_are_redacted(claude, messages_api):
    await collect_answer(claude, written_text="Sign in, password: Hunter2!\nthen")
    assert "Hunter2" not in str(messages_api.last.body)


async def test_a_secret_written_by_the_model_is_redacted_in_a_document(claude, messages_api):
    messages_api.enqueue(Reply(chunks=["The pass", "word is Hun", "ter2!\n", "All is well."]))
    answer = await collect_answer(claude, Kind.TICKET_NOTES)
    assert answer.text == "The password is [redacted]\nAll is well."


# disconnecting


async def test_closing_the_generator_closes_the_connection(claude, messages_api):
    held = messages_api.enqueue(Reply("one two three", stall_after=1))
    chunks = claude.stream_answer(AssistantRequest(Kind.CHAT_REPLY, chat_snapshot("it hangs")))
    while not isinstance(await anext(chunks), TextChunk):
        pass
    assert not messages_api.last.disconnected.is_set()
    await chunks.aclose()
    await asyncio.wait_for(messages_api.last.disconnected.wait(), DEADLINE)
    assert not held.released.is_set()


@pytest.mark.parametrize("held", [Reply("one two", stall_after=1), Reply(is_silent=True)])
async def test_cancelling_the_task_closes_the_connection(claude, messages_api, held):
    messages_api.enqueue(held)
    task = asyncio.create_task(collect_answer(claude))
    await asyncio.wait_for(held.stalled.wait(), DEADLINE)
    task.cancel()
    await asyncio.wait_for(messages_api.last.disconnected.wait(), DEADLINE)
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_concurrent_answers_do_not_mix(claude, messages_api):
    said = [f"This is case number {number}" for number in range(20)]
    answers = await asyncio.gather(
        *(collect_answer(claude, snapshot=chat_snapshot(text)) for text in said)
    )
    assert [answer.text for answer in answers] == [f"You said: {text}" for text in said]
