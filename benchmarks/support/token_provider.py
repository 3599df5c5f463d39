"""An LLM provider process that uses little CPU. Its first token is the time at which it sent it.

The prompt says how many tokens to send at which pace: `tokens_prompt(...)`. The clock is the
monotonic clock, which all processes share on Linux. Like the real provider it sends a ping and, at
the end, the token usage.
"""

import asyncio
import contextlib
import json
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from typing import Any

import uvicorn

from benchmarks.support.harness import PROJECT, find_free_port, python_command, wait_for_port

PROMPT_PATTERN = re.compile(rb"(\d+) tokens, ([\d.]+) s apart, after ([\d.]+) s")
USAGE = {"input_tokens": 20, "output_tokens": 50}


def tokens_prompt(tokens: int, *, pace: float = 0.0, head: float = 0.0) -> str:
    """`head` is the time from the start of the answer to its first token."""
    return f"{tokens} tokens, {pace} s apart, after {head} s"


def expected_words(count: int) -> list[str]:
    """The tokens after the timestamp."""
    return [f" word{nth}" for nth in range(1, count)]


def encode_event(type: str, **more: Any) -> bytes:
    return f"event: {type}\ndata: {json.dumps({'type': type, **more})}\n\n".encode()


def encode_delta(text: str) -> bytes:
    return encode_event("content_block_delta", index=0, delta={"type": "text_delta", "text": text})


def build_message(**more: Any) -> dict[str, Any]:
    return {
        "id": "msg_0",
        "type": "message",
        "role": "assistant",
        "model": "claude-sonnet-5-5",
        "content": [],
        "stop_reason": None,
        "stop_sequence": None,
        "usage": USAGE,
        **more,
    }


OPENING = (
    encode_event("message_start", message=build_message())
    + encode_event("content_block_start", index=0, content_block={"type": "text", "text": ""})
    + encode_event("ping")
)
CLOSING = (
    encode_event("content_block_stop", index=0)
    + encode_event(
        "message_delta", delta={"stop_reason": "end_turn", "stop_sequence": None}, usage=USAGE
    )
    + encode_event("message_stop")
)
DELTAS = [encode_delta(word) for word in expected_words(1000)]
DESCRIPTION = {"title": "A title", "summary": "A summary.", "domain": "Testing"}
WHOLE_MESSAGE = build_message(
    content=[{"type": "text", "text": json.dumps(DESCRIPTION)}], stop_reason="end_turn"
)


async def app(scope: dict[str, Any], receive: Any, send: Any) -> None:
    body = await read_body(receive)
    # The last match: in a chat, the newest prompt comes last.
    prompts = PROMPT_PATTERN.findall(body)
    if b'"stream":true' not in body.replace(b" ", b"") or not prompts:
        await send_head(send, b"application/json")
        await send({"type": "http.response.body", "body": json.dumps(WHOLE_MESSAGE).encode()})
        return
    await send_head(send, b"text/event-stream")
    count, pace, wait = prompts[-1]
    await stream_answer(send, int(count), float(pace), float(wait))


async def stream_answer(send: Any, count: int, pace: float, wait: float) -> None:
    async def send_chunk(data: bytes) -> None:
        await send({"type": "http.response.body", "body": data, "more_body": True})

    await send_chunk(OPENING)
    await asyncio.sleep(wait)
    await send_chunk(encode_delta(f"{time.monotonic():.6f}"))
    for each in DELTAS[: count - 1]:
        # Sleep in a burst too, so that the reader receives each token by itself.
        await asyncio.sleep(pace)
        await send_chunk(each)
    await send_chunk(CLOSING)
    await send({"type": "http.response.body", "body": b""})


async def read_body(receive: Any) -> bytes:
    body = b""
    while True:
        part = await receive()
        body += bytes(part.get("body", b""))
        if not part.get("more_body"):
            return body


async def send_head(send: Any, kind: bytes) -> None:
    headers = [(b"content-type", kind)]
    await send({"type": "http.response.start", "status": 200, "headers": headers})


@contextlib.contextmanager
def run_token_provider() -> Iterator[str]:
    """Run the provider; yields its URL."""
    port = find_free_port()
    command = python_command("benchmarks.support.token_provider", str(port))
    with subprocess.Popen(command, cwd=PROJECT) as process:
        try:
            wait_for_port(port, process)
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()


if __name__ == "__main__":
    uvicorn.run(app, host="127.0.0.1", port=int(sys.argv[1]), log_level="warning", access_log=False)
