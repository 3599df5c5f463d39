"""Prints an answer as it is written, over as many connections as that takes."""

from dataclasses import dataclass
from typing import Any

from gql import GraphQLRequest
from gql.client import AsyncClientSession
from tenacity import RetryCallState

from server.cli.chat.connection import Endpoint, connect_client
from server.cli.chat.operations import GENERATION_EVENTS
from server.cli.chat.output import print_text

FINAL = ("GenerationCompleted", "GenerationFailed", "GenerationCancelled")

Event = dict[str, Any]


@dataclass(slots=True)
class AnswerPosition:
    """How far an answer has been printed, and how often a connection brought nothing more."""

    generation_id: str
    cursor: str | None
    max_attempts: int
    text: str = ""
    _lost_at: str | None = None
    _losses: int = 0

    def is_stuck(self, state: RetryCallState) -> bool:
        """Whether to give up after a disconnect: each event that arrives renews the attempts."""
        has_moved = self.cursor != self._lost_at
        self._losses = 1 if has_moved else self._losses + 1
        self._lost_at = self.cursor
        return self._losses >= self.max_attempts


@dataclass(frozen=True, slots=True)
class PrintedAnswer:
    """The text that was printed, and the last event; None if there was none."""

    text: str
    last_event: Event | None

    @property
    def reason(self) -> str | None:
        """Why the answer failed or was cancelled."""
        return self.last_event.get("reason") if self.last_event else None


async def print_answer(endpoint: Endpoint, generation: dict[str, Any]) -> PrintedAnswer:
    """Print an answer to its end, from the cursor of `generation` on. Raises FAILURES."""
    position = AnswerPosition(generation["id"], generation["cursor"], endpoint.max_attempts)
    last_event = None
    async for attempt in endpoint.retry_on_disconnect(position.is_stuck):
        with attempt:
            async with connect_client(endpoint) as client:
                last_event = await print_events(client, position)
    return PrintedAnswer(position.text, last_event)


async def print_events(client: AsyncClientSession, position: AnswerPosition) -> Event | None:
    """Print text as it arrives and move the position; return the event that ends the answer."""
    variables = {"generation": position.generation_id, "after": position.cursor}
    request = GraphQLRequest(GENERATION_EVENTS, variable_values=variables)
    async for result in client.subscribe(request):
        event: Event = result["generationEvents"]
        position.cursor = event["cursor"]
        if event["__typename"] in FINAL:
            return event
        if text := event.get("text"):
            position.text += text
            print_text(text)
    return None
