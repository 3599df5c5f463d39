"""One viewer's way through one generation: nothing lost, nothing twice, always to its end."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial
from typing import Any, NamedTuple
from uuid import UUID

from models import GenerationStatus
from realtime.broadcast import Run
from realtime.generation_watch import Watch
from realtime.single_flight import Once
from services.generations.results import Outcome


@dataclass(frozen=True, slots=True)
class Moment:
    """Something that happened to a generation. `number` is where a viewer has then got to;
    the end is numbered too, one past the last delta."""

    generation_id: UUID
    number: int
    #: What viewers are told of it, worked out once for those who want the same of it.
    told: Once[Any] = field(default_factory=Once, init=False, compare=False)


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
    #: Where it has just come.
    outcome: Outcome | None


class Place(NamedTuple):
    """Where a viewer is; before the start there is no number."""

    number: int | None
    attempt: int


def follow(watch: Watch, after: int | None) -> Run[Moment]:
    """Everything past `after`, or from the start when that is None. What is deleted meanwhile
    just stops: there is nothing left to tell of."""
    return Run(steps(watch, after), watch.audience)


def steps(watch: Watch, after: int | None) -> Iterator[Moment | None]:
    place: Place | None = Place(after, watch.attempt_at(after or 0))
    while place is not None:
        moment, place = watch.known(place, partial(behind, watch, place))
        if moment is not None or place is not None:
            yield moment


def behind(watch: Watch, place: Place) -> tuple[Moment | None, Place | None]:
    """What comes behind a place, if there is anything yet, and where one is then: nowhere, where
    nothing will come any more."""
    key, (number, attempt) = watch.generation_id, place
    if number is None:
        return Started(key, 0), Place(0, attempt)
    piece = watch.past(number)
    if piece and piece.attempt <= attempt:
        return Added(key, piece.number, piece.text), Place(piece.number, attempt)
    by = piece.attempt if piece else watch.attempt
    if by > attempt:
        return Resumed(key, number, by), Place(number, by)
    if watch.status.is_final:
        # The end is told even when the text before it has left the log.
        if number > watch.last_number:
            return None, None
        return Ended(key, watch.last_number + 1, watch.status, watch.outcome), None
    return None, None if watch.is_gone else place
