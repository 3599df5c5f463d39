"""An LLM provider process whose tokens are the times at which it sent them.

The prompt says how many tokens to send at which pace: `timestamps_prompt(...)`. The clock is the
monotonic clock, which all processes share on Linux.
"""

import asyncio
import contextlib
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from typing import Any

from tests.fakes.messages_api import MessagesApi, Receive, Send
from tests.fakes.messages_reply import Reply
from tests.fakes.messages_request import ReceivedRequest
from tests.server_process import PROJECT

TIMESTAMP_PLACEHOLDER = "<now>"
PROMPT_PATTERN = re.compile(r"(\d+) words, ([\d.]+) s apart, after ([\d.]+) s")


def timestamps_prompt(words: int, *, pace: float, head: float = 0.0) -> str:
    """`head` is the time from the start of the answer to its first token."""
    return f"{words} words, {pace} s apart, after {head} s"


def token_delays(text: str) -> list[float]:
    """Seconds since each token of this text was sent."""
    now = time.monotonic()
    return [now - float(stamp) for stamp in text.split()]


class TimestampingApi(MessagesApi):
    async def __call__(self, scope: dict[str, Any], receive: Receive, send: Send) -> None:
        await super().__call__(scope, receive, insert_timestamps(send))

    def _reply_to(self, scope: dict[str, Any], request: ReceivedRequest) -> Reply:
        prompt = PROMPT_PATTERN.search(request.last_text) if request.body.get("stream") else None
        if prompt is None:
            return super()._reply_to(scope, request)
        count, pace, head = int(prompt[1]), float(prompt[2]), float(prompt[3])
        reply = Reply(chunks=[f"{TIMESTAMP_PLACEHOLDER} "] * count, delay=pace, stall_after=0)
        asyncio.get_running_loop().call_later(head, reply.release)
        return reply


def insert_timestamps(send: Send) -> Send:
    async def stamped(message: dict[str, Any]) -> None:
        if TIMESTAMP_PLACEHOLDER.encode() in message.get("body", b""):
            stamp = str(time.monotonic()).encode()
            message["body"] = message["body"].replace(TIMESTAMP_PLACEHOLDER.encode(), stamp)
        await send(message)

    return stamped


@contextlib.contextmanager
def run_timestamp_provider() -> Iterator[str]:
    """Run the provider; yields its URL."""
    command = [sys.executable, "-m", "benchmarks.support.timestamp_provider"]
    with subprocess.Popen(command, cwd=PROJECT, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield process.stdout.readline().strip()
        finally:
            process.terminate()


async def serve_provider() -> None:
    async with TimestampingApi() as api:
        print(api.url, flush=True)
        await asyncio.Event().wait()


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(serve_provider())
