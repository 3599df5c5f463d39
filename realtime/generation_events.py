"""The events of one generation for one viewer: nothing lost, nothing twice, always to its end."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from typing import NamedTuple
from uuid import UUID

from models import GenerationStatus
from realtime.broadcast import EventBatch, SharedEvent
from realtime.generation_watch import GenerationWatch
from services.generations.finish import FinishedGeneration


@dataclass(frozen=True, slots=True)
class GenerationMoment(SharedEvent):
    """An event of a generation. `number` is the viewer's position after it; the end has a number
    too, one more than the last delta."""

    generation_id: UUID
    number: int


@dataclass(frozen=True, slots=True)
class StartMoment(GenerationMoment):
    pass


@dataclass(frozen=True, slots=True)
class TextMoment(GenerationMoment):
    text: str


@dataclass(frozen=True, slots=True)
class ResumeMoment(GenerationMoment):
    attempt: int


@dataclass(frozen=True, slots=True)
class EndMoment(GenerationMoment):
    status: GenerationStatus
    #: Set for a moment after the end.
    finished: FinishedGeneration | None


class ViewerPosition(NamedTuple):
    """`number` is None before the start event."""

    number: int | None
    attempt: int


def follow_watch(watch: GenerationWatch, after: int | None) -> EventBatch[GenerationMoment]:
    """All events behind `after`, or from the start event on if it is None. If the generation is
    deleted, the batch ends without an end event."""
    return EventBatch(iterate_moments(watch, after), watch.subscribers)


def iterate_moments(watch: GenerationWatch, after: int | None) -> Iterator[GenerationMoment | None]:
    position: ViewerPosition | None = ViewerPosition(after, watch.attempt_at(after or 0))
    while position is not None:
        moment, position = watch.memoize(position, partial(next_moment, watch, position))
        if moment is not None or position is not None:
            yield moment


def next_moment(
    watch: GenerationWatch, position: ViewerPosition
) -> tuple[GenerationMoment | None, ViewerPosition | None]:
    """The event behind a position, if there is one yet, and the position after it; no position if
    nothing will follow."""
    key, (number, attempt) = watch.generation_id, position
    if number is None:
        return StartMoment(key, 0), ViewerPosition(0, attempt)
    delta = watch.merge_deltas_after(number)
    if delta and delta.attempt <= attempt:
        return TextMoment(key, delta.number, delta.text), ViewerPosition(delta.number, attempt)
    current = delta.attempt if delta else watch.attempt
    if current > attempt:
        return ResumeMoment(key, number, current), ViewerPosition(number, current)
    if watch.status.is_final:
        # The end is delivered even when the log no longer holds the text before it.
        if number > watch.last_number:
            return None, None
        return EndMoment(key, watch.last_number + 1, watch.status, watch.finished), None
    return None, None if watch.is_deleted else position
