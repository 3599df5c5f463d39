"""One viewer's way through one generation: nothing lost, nothing twice, always to its end."""

from collections.abc import AsyncGenerator
from dataclasses import dataclass
from uuid import UUID

from models import GenerationStatus
from services.generations.watch import Watches


@dataclass(frozen=True, slots=True)
class Moment:
    """Something that happened to a generation. `number` is where a viewer has then got to;
    the end is numbered too, one past the last delta."""

    generation_id: UUID
    number: int


@dataclass(frozen=True, slots=True)
class Started(Moment):
    pass


@dataclass(frozen=True, slots=True)
class Added(Moment):
    text: str


@dataclass(frozen=True, slots=True)
class Resumed(Moment):
    attempt: int


@dataclass(frozen=True, slots=True)
class Ended(Moment):
    status: GenerationStatus


async def follow(
    watches: Watches, generation_id: UUID, after: int | None
) -> AsyncGenerator[Moment, None]:
    """Everything past `after`, or from the start when that is None. What is deleted meanwhile
    just stops: there is nothing left to tell of."""
    number = after or 0
    async with watches.watching(generation_id) as watch:
        attempt = watch.attempt_at(number)
        if after is None:
            yield Started(generation_id, 0)
        while True:
            changed = watch.changed
            for piece in watch.past(number):
                if piece.attempt > attempt:
                    attempt = piece.attempt
                    yield Resumed(generation_id, number, attempt)
                number = piece.number
                yield Added(generation_id, number, piece.text)
            if watch.attempt > attempt:
                attempt = watch.attempt
                yield Resumed(generation_id, number, attempt)
            if number < watch.number:
                continue
            if watch.status.is_final:
                # The end is told even when the text before it has left the log.
                if number <= watch.last_number:
                    yield Ended(generation_id, watch.last_number + 1, watch.status)
                return
            if watch.is_gone:
                return
            await changed.wait()
