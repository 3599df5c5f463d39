"""A provider that takes as little time as it can, in a process of its own: an answer of so many
tokens, so far apart, the first of which is the time at which it was sent.

What is asked says how: `question(...)`. The clock is the monotonic one, which on Linux all
processes share. As the real one does, it pings, and says at the end what was used.
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

from benchmarks.support.harness import PROJECT, free_port, python, wait_for

QUESTION = re.compile(rb"(\d+) tokens, ([\d.]+) s apart, after ([\d.]+) s")
USAGE = {"input_tokens": 20, "output_tokens": 50}


def question(tokens: int, *, pace: float = 0.0, head: float = 0.0) -> str:
    """`head` is the time from the beginning of the answer to its first token."""
    return f"{tokens} tokens, {pace} s apart, after {head} s"


def words(count: int) -> list[str]:
    """What is said behind the time."""
    return [f" word{nth}" for nth in range(1, count)]


def event(type: str, **more: Any) -> bytes:
    return f"event: {type}\ndata: {json.dumps({'type': type, **more})}\n\n".encode()


def delta(text: str) -> bytes:
    return event("content_block_delta", index=0, delta={"type": "text_delta", "text": text})


def message(**more: Any) -> dict[str, Any]:
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
    event("message_start", message=message())
    + event("content_block_start", index=0, content_block={"type": "text", "text": ""})
    + event("ping")
)
CLOSING = (
    event("content_block_stop", index=0)
    + event("message_delta", delta={"stop_reason": "end_turn", "stop_sequence": None}, usage=USAGE)
    + event("message_stop")
)
DELTAS = [delta(word) for word in words(1000)]
DESCRIPTION = {"title": "A title", "summary": "A summary.", "domain": "Testing"}
WHOLE = message(content=[{"type": "text", "text": json.dumps(DESCRIPTION)}], stop_reason="end_turn")


async def app(scope: dict[str, Any], receive: Any, send: Any) -> None:
    body = await read(receive)
    # The last of them: a chat's later questions come behind the earlier ones.
    found = QUESTION.findall(body)
    if b'"stream":true' not in body.replace(b" ", b"") or not found:
        await head(send, b"application/json")
        await send({"type": "http.response.body", "body": json.dumps(WHOLE).encode()})
        return
    await head(send, b"text/event-stream")
    count, pace, wait = found[-1]
    await stream(send, int(count), float(pace), float(wait))


async def stream(send: Any, count: int, pace: float, wait: float) -> None:
    async def give(data: bytes) -> None:
        await send({"type": "http.response.body", "body": data, "more_body": True})

    await give(OPENING)
    await asyncio.sleep(wait)
    await give(delta(f"{time.monotonic():.6f}"))
    for each in DELTAS[: count - 1]:
        # Also in a burst: what reads must be able to read each by itself.
        await asyncio.sleep(pace)
        await give(each)
    await give(CLOSING)
    await send({"type": "http.response.body", "body": b""})


async def read(receive: Any) -> bytes:
    body = b""
    while True:
        part = await receive()
        body += bytes(part.get("body", b""))
        if not part.get("more_body"):
            return body


async def head(send: Any, kind: bytes) -> None:
    headers = [(b"content-type", kind)]
    await send({"type": "http.response.start", "status": 200, "headers": headers})


@contextlib.contextmanager
def providing() -> Iterator[str]:
    """The URL of one that runs."""
    port = free_port()
    command = python("benchmarks.support.token_provider", str(port))
    with subprocess.Popen(command, cwd=PROJECT) as process:
        try:
            wait_for(port, process)
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()


if __name__ == "__main__":
    uvicorn.run(app, host="127.0.0.1", port=int(sys.argv[1]), log_level="warning", access_log=False)
