"""A provider whose answers go on word by word, as the test lets them.

It speaks the Messages API over HTTP and lives in a thread of its own, for what drives a browser or
a client waits for it there and then. A server that takes an answer over asks for its rest, and gets
it.
"""

import asyncio
import math
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from services.ai.prompts.builder import CONTINUE
from tests.fakes.messages_api import MessagesApi
from tests.fakes.messages_reply import Reply, split_words
from tests.fakes.messages_request import ReceivedRequest, blocks_of
from tests.server_process import PATIENCE


class Answer:
    """What is said to one question, by however many attempts."""

    def __init__(self, text: str, loop: asyncio.AbstractEventLoop) -> None:
        self.text = text
        self._loop = loop
        self._allowed = 0.0
        self._moved = asyncio.Event()

    def release(self, words: int = 1) -> None:
        """Let that many words more be said."""
        self._loop.call_soon_threadsafe(self._allow, words)

    def finish(self) -> None:
        """Let the rest be said, and the answer end: before this it never does."""
        self._loop.call_soon_threadsafe(self._allow, math.inf)

    def _allow(self, words: float) -> None:
        self._allowed += words
        self._moved.set()
        self._moved = asyncio.Event()

    async def until_allowed(self, words: int) -> None:
        while self._allowed < words:
            await self._moved.wait()

    def behind(self, written: str) -> "Stepped":
        assert self.text.startswith(written), (self.text, written)
        rest = self.text.removeprefix(written)
        return Stepped(rest, answer=self, said=len(split_words(written)))


@dataclass(slots=True, eq=False, kw_only=True)
class Stepped(Reply):
    answer: Answer
    #: Words of an earlier attempt.
    said: int

    async def before(self, number: int) -> None:
        if number >= 0:
            await self.answer.until_allowed(self.said + number + 1)

    def release(self) -> None:
        self.answer.finish()


class SteppedAnswers(MessagesApi):
    """What nobody has scripted is answered as `MessagesApi` does: `delay` seconds a word."""

    def __init__(self, *, delay: float = 0.0) -> None:
        super().__init__(delay=delay)
        self._answers: dict[str, Answer] = {}

    async def __aenter__(self) -> "SteppedAnswers":
        self._loop = asyncio.get_running_loop()
        return await super().__aenter__()

    @property
    def settings(self) -> dict[str, str]:
        """For a server that asks it."""
        return {"ANTHROPIC_API_KEY": "a key", "ANTHROPIC_BASE_URL": self.url}

    def script(self, question: str, text: str) -> Answer:
        """Not a word of the answer comes before the test releases it."""
        self._answers[question] = Answer(text, self._loop)
        return self._answers[question]

    def _reply_to(self, scope: dict[str, Any], request: ReceivedRequest) -> Reply:
        usual = super()._reply_to(scope, request)
        answer, written = self._asked(request)
        if answer is None or usual.status != 200 or not request.body.get("stream"):
            return usual
        return answer.behind(written)

    def _asked(self, request: ReceivedRequest) -> tuple[Answer | None, str]:
        """The answer that is wanted, and what an earlier attempt has written of it."""
        answer, written = None, ""
        for message in request.messages:
            text = "\n".join(block["text"] for block in blocks_of(message["content"]))
            if message["role"] == "assistant":
                written += text
            elif text != CONTINUE:
                answer, written = self._scripted(text), ""
        return answer, written

    def _scripted(self, text: str) -> Answer | None:
        """Where one question has another in it, the longer is meant."""
        asked = [question for question in self._answers if question in text]
        return self._answers[max(asked, key=len)] if asked else None


@contextmanager
def answering(
    kind: type[SteppedAnswers] = SteppedAnswers, *, delay: float = 0.0
) -> Iterator[SteppedAnswers]:
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()

    def done(work: Any) -> Any:
        return asyncio.run_coroutine_threadsafe(work, loop).result(PATIENCE)

    answers = kind(delay=delay)
    done(answers.__aenter__())
    try:
        yield answers
    finally:
        done(answers.__aexit__())
        loop.call_soon_threadsafe(loop.stop)
        thread.join(PATIENCE)
        loop.close()
