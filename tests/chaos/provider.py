"""A provider whose answers are known beforehand, and which goes on behind a broken-off one."""

import random
import re
from typing import Any

from tests.fakes.messages_api import MessagesApi
from tests.fakes.messages_reply import Reply, error_reply
from tests.fakes.messages_request import ReceivedRequest, blocks_of

WORDS = [
    *("the", "switch", "was", "restarted", "and", "came", "up", "again", "but", "two", "ports"),
    *("stayed", "dark", "so", "we", "moved", "cables", "looked", "at", "lamps", "asked", "users"),
    *("once", "more", "found", "nothing", "unusual", "there", "waited", "then", "tried", "others"),
]
QUESTION = re.compile(r"question (\d+)")


def truth(number: int) -> str:
    """The answer to a question."""
    choose = random.Random(number)
    return " ".join(choose.choice(WORDS) for _ in range(choose.randint(60, 120)))


def question(number: int) -> str:
    return f"question {number}"


class KnownAnswers(MessagesApi):
    """`delay` seconds a word. A share of `faults` of the calls breaks off, or is turned away."""

    def __init__(self, *, seed: int, delay: float = 0.02, faults: float = 0.0) -> None:
        super().__init__(delay=delay)
        self.calls: dict[int, int] = {}
        self._random = random.Random(seed)
        self.faults = faults

    def _reply_to(self, scope: dict[str, Any], request: ReceivedRequest) -> Reply:
        if not request.body.get("stream"):
            return super()._reply_to(scope, request)
        number, written = asked(request)
        self.calls[number] = self.calls.get(number, 0) + 1
        whole = truth(number)
        assert whole.startswith(written), (whole, written)
        reply = Reply(whole.removeprefix(written), delay=self.delay)
        if self._random.random() < self.faults:
            return self._broken(reply)
        return reply

    def _broken(self, reply: Reply) -> Reply:
        match self._random.choice(["cut", "error", "overloaded"]):
            case "cut":
                reply.cut_after = self._random.randint(0, 30)
            case "error":
                reply.error_after = self._random.randint(0, 30)
                reply.error_type = "overloaded_error"
            case _:
                return error_reply(529, "overloaded_error")
        return reply


def asked(request: ReceivedRequest) -> tuple[int, str]:
    """The number of the question, and what of its answer was written before."""
    number, written = 0, ""
    for message in request.messages:
        for block in blocks_of(message["content"]):
            if found := QUESTION.search(block["text"]):
                number, written = int(found[1]), ""
            elif message["role"] == "assistant":
                written += block["text"]
    return number, written
