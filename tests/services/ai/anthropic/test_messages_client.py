"""Streams of the Messages API, in parts of any size: text, usage, end and errors."""

import asyncio
import codecs
import json
import re
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.ai.port import (
    AnswerTimedOut,
    AssistantError,
    ContentRefused,
    OutputTruncated,
    ProviderDisconnected,
    ProviderOverloaded,
)
from tests.fakes.messages_reply import Reply
from tests.services.ai.collected_answer import CollectedAnswer, collect_answer, collect_step

USAGE = {"input_tokens": 20, "output_tokens": 1}
START = {"id": "m", "role": "assistant", "type": "message", "model": "claude-opus-5"}
TEXTS = ["Check", " the ", "käble\n", "\U0001f525", "", '"\\', "\u2028\u2029\x85", " data: \n\n"]
SHOWN = "".join(TEXTS)
PATIENCE = 30


def event(type: str, **more: Any) -> bytes:
    return named(type, json.dumps({"type": type, **more}, ensure_ascii=False).encode())


def named(name: str, data: bytes) -> bytes:
    return b"event: " + name.encode() + b"\ndata: " + data + b"\n\n"


def delta(type: str, **more: Any) -> bytes:
    return event("content_block_delta", index=0, delta={"type": type, **more})


def text(words: str) -> bytes:
    return delta("text_delta", text=words)


def ended(reason: str, **details: Any) -> bytes:
    end = {"stop_reason": reason, "stop_details": details or None}
    said = event("message_delta", delta=end, usage={"output_tokens": 9})
    return said + STOP


def half(escaped: bytes) -> bytes:
    """A delta whose text is written with JSON's escapes."""
    return named(
        "content_block_delta",
        b'{"type":"content_block_delta","delta":{"type":"text_delta","text":"%s"}}' % escaped,
    )


def failed(kind: str) -> bytes:
    return event("error", error={"type": kind, "message": "Too much"}, request_id="req_0")


STOP = event("message_stop")
STARTED = event("message_start", message={**START, "content": [], "usage": USAGE})
OPENED = event("content_block_start", index=0, content_block={"type": "text", "text": ""})
TEXT = b"".join(map(text, TEXTS))
CLOSED = event("content_block_stop", index=0)
PING = event("ping")
END = ended("end_turn")
WHOLE = STARTED + OPENED + PING + TEXT + CLOSED + END
THINKING = delta("thinking_delta", thinking="Hm") + delta("signature_delta", signature="abc")
REFUSAL = {"type": "refusal", "category": "cyber", "explanation": "It could do harm."}
TWO_DATA_LINES = (
    b'event: content_block_delta\ndata: {"type": "content_block_delta",\n'
    b'data: "delta": {"type": "text_delta", "text": "read"}}\n\n'
)

#: A stream, the text a viewer gets of it, and the error it ends in.
STREAMS: dict[str, tuple[bytes, str, type[AssistantError] | None]] = {
    "complete": (WHOLE, SHOWN, None),
    "lines that end with CR LF": (WHOLE.replace(b"\n", b"\r\n"), SHOWN, None),
    "lines that end with CR": (WHOLE.replace(b"\n", b"\r"), SHOWN, None),
    "thinking before the text": (STARTED + THINKING + TEXT + END, SHOWN, None),
    "pings before and within the text": (STARTED + PING * 3 + TEXT + PING + END, SHOWN, None),
    "refused": (STARTED + text("I") + ended("refusal", **REFUSAL), "I", ContentRefused),
    "truncated": (STARTED + TEXT + ended("max_tokens"), SHOWN, OutputTruncated),
    "an error event": (
        STARTED + TEXT + failed("overloaded_error") + text("lost"),
        SHOWN,
        ProviderOverloaded,
    ),
    "an error event that is no JSON": (
        STARTED + TEXT + named("error", b"<html>"),
        SHOWN,
        AssistantError,
    ),
    "without its end": (STARTED + TEXT, SHOWN, ProviderDisconnected),
    "cut within an event": (STARTED + TEXT + text("lost")[:-2], SHOWN, ProviderDisconnected),
    "cut within a character": (STARTED + TEXT + text("käse")[:-8], SHOWN, AssistantError),
    "invalid UTF-8": (
        STARTED + TEXT + text("lost").replace(b"lost", b"\xff\xfe"),
        SHOWN,
        AssistantError,
    ),
    "invalid JSON": (STARTED + TEXT + named("content_block_delta", b"{"), SHOWN, AssistantError),
    "an event that is no object": (
        STARTED + named("content_block_delta", b"[1]"),
        "",
        AssistantError,
    ),
    "no delta": (STARTED + event("content_block_delta", delta=None), "", AssistantError),
    "no text": (STARTED + delta("text_delta"), "", AssistantError),
    "text that is a number": (STARTED + delta("text_delta", text=5), "", AssistantError),
    "unknown events and deltas": (
        STARTED + event("of_the_future", text="?") + TEXT + delta("of_the_future") + END,
        SHOWN,
        None,
    ),
    "no space after the colon": (
        WHOLE.replace(b": ", b":", 2).replace(b"data: {", b"data:{"),
        SHOWN,
        None,
    ),
    "half a surrogate pair": (
        STARTED
        + named(
            "content_block_delta",
            rb'{"type":"content_block_delta","delta":{"type":"text_delta","text":"a \ud83d b"}}',
        )
        + END,
        "a \ud83d b",
        None,
    ),
    "data in two lines": (STARTED + TWO_DATA_LINES + END, "read", None),
    "comments, ids and retries": (
        STARTED + b": a comment\n\nid: 7\n\nretry: 5\n\n\n\nid: 8\n" + text("read") + END,
        "read",
        None,
    ),
    "an empty body": (b"", "", ProviderDisconnected),
    "a stop reason that a later event leaves out": (
        STARTED
        + TEXT
        + ended("end_turn").removesuffix(STOP)
        + event("message_delta", delta={}, usage={"output_tokens": 9})
        + event("message_delta", delta={"stop_reason": None})
        + event("message_delta", delta=None, usage=None)
        + event("message_delta")
        + STOP,
        SHOWN,
        None,
    ),
    "a refusal whose later event has no details": (
        STARTED + ended("refusal", **REFUSAL) + event("message_delta", delta={}),
        "",
        ContentRefused,
    ),
    "a start without usage": (
        event("message_start", message={"id": "m", "content": []}) + TEXT + END,
        SHOWN,
        None,
    ),
    "an error event behind the end": (WHOLE + failed("overloaded_error"), SHOWN, None),
    "text behind the end": (WHOLE + text("lost"), SHOWN, None),
    "text at the start of a block": (
        STARTED
        + event("content_block_start", content_block={"type": "text", "text": "First "})
        + TEXT
        + END,
        "First " + SHOWN,
        None,
    ),
    "a character in two deltas": (
        STARTED + half(rb"a \ud83d") + half(rb"\udd25 b") + END,
        "a \U0001f525 b",
        None,
    ),
    "half a character at the end": (STARTED + half(rb"a \ud83d") + END, "a \ud83d", None),
    "half a character and then another": (
        STARTED + half(rb"a \ud83d") + text("b") + END,
        "a \ud83db",
        None,
    ),
    "a byte order mark": (codecs.BOM_UTF8 + WHOLE, SHOWN, None),
    "events without names": (
        re.sub(rb"event: \w+\n", b"", STARTED + TEXT + END),
        SHOWN,
        None,
    ),
    "a byte order mark, and events without names": (
        codecs.BOM_UTF8 + re.sub(rb"event: \w+\n", b"", STARTED + TEXT + END),
        SHOWN,
        None,
    ),
}
EACH_STREAM = pytest.mark.parametrize(
    ("stream", "shown", "error"), STREAMS.values(), ids=list(STREAMS)
)


def split_at(stream: bytes, cuts: list[int]) -> list[bytes]:
    places = sorted({0, len(stream), *cuts})
    return [stream[a:b] for a, b in pairwise(places)]


def check(answer: CollectedAnswer, shown: str, error: type[AssistantError] | None) -> None:
    assert answer.text == shown
    assert type(answer.error) is (error or type(None)), answer.error


@EACH_STREAM
async def test_a_stream_in_one_part(claude, messages_api, stream, shown, error):
    messages_api.enqueue(Reply(raw=[stream]))
    check(await collect_answer(claude), shown, error)


@EACH_STREAM
async def test_a_stream_byte_by_byte(claude, messages_api, stream, shown, error):
    messages_api.enqueue(Reply(raw=split_at(stream, list(range(len(stream))))))
    check(await collect_answer(claude), shown, error)


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(cuts=st.lists(st.integers(0, len(WHOLE))))
async def test_a_stream_in_parts_of_any_size(claude, messages_api, cuts):
    messages_api.enqueue(Reply(raw=split_at(WHOLE, cuts)))
    check(await collect_answer(claude), SHOWN, None)


async def test_usage_is_counted_from_the_first_and_the_last_event(claude, messages_api):
    messages_api.enqueue(Reply(raw=[WHOLE]))
    first, last = (await collect_answer(claude)).usages
    assert (first.model, first.input_tokens, first.output_tokens) == ("claude-opus-5", 20, 1)
    assert (last.model, last.input_tokens, last.output_tokens) == ("claude-opus-5", 20, 9)


@pytest.mark.parametrize("name", ["a byte order mark", "events without names"])
async def test_usage_is_counted_however_the_events_are_written(claude, messages_api, name):
    messages_api.enqueue(Reply(raw=[STREAMS[name][0]]))
    [*_, last] = (await collect_answer(claude)).usages
    assert (last.model, last.input_tokens, last.output_tokens) == ("claude-opus-5", 20, 9)
    assert last.cost_usd


@pytest.mark.parametrize(
    "behind", [pytest.param([], id="silence"), pytest.param([PING], id="pings")]
)
@pytest.mark.parametrize(
    "end", [pytest.param(END, id="message_stop"), pytest.param(END.removesuffix(STOP), id="reason")]
)
async def test_an_answer_ends_though_the_connection_stays_open(claude, messages_api, behind, end):
    messages_api.enqueue(Reply(raw=[STARTED + TEXT + end], repeated=behind))
    check(await collect_answer(claude), SHOWN, None)
    assert len(messages_api.requests) == 1


async def test_an_answer_that_only_pings_ends(make_assistant, messages_api):
    messages_api.enqueue(Reply(raw=[STARTED + TEXT], repeated=[PING]))
    answer = await collect_answer(make_assistant(longest_answer=0.5))
    check(answer, SHOWN, AnswerTimedOut)
    assert not answer.error.is_transient
    await asyncio.wait_for(messages_api.last.disconnected.wait(), PATIENCE)


@pytest.mark.parametrize("stream", ["without its end", "an error event", "invalid JSON"])
async def test_a_broken_stream_is_accounted_for(claude, messages_api, stream):
    messages_api.enqueue(Reply(raw=[STREAMS[stream][0]]))
    assert [usage.input_tokens for usage in (await collect_answer(claude)).usages] == [20]


async def test_text_around_a_tool_call_is_not_part_of_the_step(make_assistant, messages_api):
    step = {
        "step_type": "question",
        "content": "Is it on?",
        "options": [],
        "allow_free_text": True,
        "allow_skip": True,
    }
    written = json.dumps(step)
    call = b"".join(
        delta("input_json_delta", partial_json=written[start : start + 7])
        for start in range(0, len(written), 7)
    )
    stream = STARTED + text("I call") + call + text("!") + ended("tool_use")
    messages_api.enqueue(Reply(raw=split_at(stream, list(range(0, len(stream), 3)))))
    answer = await collect_step(make_assistant(model="claude-sonnet-5"))
    assert (answer.step.content, answer.error) == ("Is it on?", None)
    assert answer.text == "Is it on?"
