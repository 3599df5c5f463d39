"""A provider in a process of its own, whose words are the time at which each was sent.

What is asked says how many words there are to be, with which pauses: `question(...)`. The clock
is the monotonic one, which on Linux all processes share.
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

NOW = "<now>"
QUESTION = re.compile(r"(\d+) words, ([\d.]+) s apart, after ([\d.]+) s")


def question(words: int, *, pace: float, head: float = 0.0) -> str:
    """`head` is the time from the beginning of the answer to its first word."""
    return f"{words} words, {pace} s apart, after {head} s"


def delays_in(text: str) -> list[float]:
    """How long ago the words of a text were sent."""
    now = time.monotonic()
    return [now - float(stamp) for stamp in text.split()]


class StampingApi(MessagesApi):
    async def __call__(self, scope: dict[str, Any], receive: Receive, send: Send) -> None:
        await super().__call__(scope, receive, stamping(send))

    def _reply_to(self, scope: dict[str, Any], request: ReceivedRequest) -> Reply:
        asked = QUESTION.search(request.last_text) if request.body.get("stream") else None
        if asked is None:
            return super()._reply_to(scope, request)
        count, pace, head = int(asked[1]), float(asked[2]), float(asked[3])
        reply = Reply(chunks=[f"{NOW} "] * count, delay=pace, stall_after=0)
        asyncio.get_running_loop().call_later(head, reply.release)
        return reply


def stamping(send: Send) -> Send:
    async def stamped(message: dict[str, Any]) -> None:
        if NOW.encode() in message.get("body", b""):
            stamp = str(time.monotonic()).encode()
            message["body"] = message["body"].replace(NOW.encode(), stamp)
        await send(message)

    return stamped


@contextlib.contextmanager
def providing() -> Iterator[str]:
    """The URL of one that runs."""
    command = [sys.executable, "-m", "benchmarks.support.timestamp_provider"]
    with subprocess.Popen(command, cwd=PROJECT, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield process.stdout.readline().strip()
        finally:
            process.terminate()


async def serve() -> None:
    async with StampingApi() as api:
        print(api.url, flush=True)
        await asyncio.Event().wait()


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(serve())
