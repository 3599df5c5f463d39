"""One viewer's way through one generation: nothing lost, nothing twice, always to its end."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial
from typing import Any, NamedTuple
from uuid import UUID

from models import GenerationStatus
from realtime.broadcast import EventBatch
from realtime.generation_watch import GenerationWatch
from realtime.single_flight import SingleFlight
from services.generations.outcomes import FinishedGeneration


@dataclass(frozen=True, slots=True)
class GenerationMoment:
    """Something that happened to a generation. `number` is where a viewer has then got to;
    the end is numbered too, one past the last delta."""

    generation_id: UUID
    number: int
    #: What viewers are told of it, worked out once for those who want the same of it.
    shared_results: SingleFlight[Any] = field(
        default_factory=SingleFlight, init=False, compare=False
    )


@dataclass(frozen=True, slots=True)
class GenerationStarted(GenerationMoment):
    pass


@dataclass(frozen=True, slots=True)
class TextAdded(GenerationMoment):
    text: str


@dataclass(frozen=True, slots=True)
class GenerationResumed(GenerationMoment):
    attempt: int


@dataclass(frozen=True, slots=True)
class GenerationEnded(GenerationMoment):
    status: GenerationStatus
    #: Where it has just come.
    finished: FinishedGeneration | None


class ViewerPosition(NamedTuple):
    """Where a viewer is; before the start there is no number."""

    number: int | None
    attempt: int


def follow_watch(watch: GenerationWatch, after: int | None) -> EventBatch[GenerationMoment]:
    """Everything past `after`, or from the start when that is None. What is deleted meanwhile
    just stops: there is nothing left to tell of."""
    return EventBatch(iterate_moments(watch, after), watch.subscribers)


def iterate_moments(watch: GenerationWatch, after: int | None) -> Iterator[GenerationMoment | None]:
    place: ViewerPosition | None = ViewerPosition(after, watch.attempt_at(after or 0))
    while place is not None:
        moment, place = watch.memoize(place, partial(next_moment, watch, place))
        if moment is not None or place is not None:
            yield moment


def next_moment(
    watch: GenerationWatch, place: ViewerPosition
) -> tuple[GenerationMoment | None, ViewerPosition | None]:
    """What comes behind a place, if there is anything yet, and where one is then: nowhere, where
    nothing will come any more."""
    key, (number, attempt) = watch.generation_id, place
    if number is None:
        return GenerationStarted(key, 0), ViewerPosition(0, attempt)
    piece = watch.piece_after(number)
    if piece and piece.attempt <= attempt:
        return TextAdded(key, piece.number, piece.text), ViewerPosition(piece.number, attempt)
    by = piece.attempt if piece else watch.attempt
    if by > attempt:
        return GenerationResumed(key, number, by), ViewerPosition(number, by)
    if watch.status.is_final:
        # The end is told even when the text before it has left the log.
        if number > watch.last_number:
            return None, None
        return GenerationEnded(key, watch.last_number + 1, watch.status, watch.finished), None
    return None, None if watch.is_gone else place
