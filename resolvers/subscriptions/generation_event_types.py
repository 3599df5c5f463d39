"""What happened to a generation, in the words of the API."""

from models import GenerationStatus
from realtime.generation_events import Added, Ended, Moment, Resumed
from schema.generations import (
    GenerationCancelled,
    GenerationCompleted,
    GenerationEvent,
    GenerationFailed,
    GenerationResumed,
    GenerationStarted,
    TokenDelta,
    place,
)

ENDINGS: dict[GenerationStatus, type[GenerationEvent]] = {
    GenerationStatus.COMPLETED: GenerationCompleted,
    GenerationStatus.CANCELLED: GenerationCancelled,
    GenerationStatus.FAILED: GenerationFailed,
}


def event_of(moment: Moment) -> GenerationEvent:
    key = moment.generation_id
    cursor = place(key, moment.number)
    match moment:
        case Added():
            return TokenDelta(cursor=cursor, key=key, text=moment.text)
        case Resumed():
            return GenerationResumed(cursor=cursor, key=key, attempt=moment.attempt)
        case Ended():
            return ENDINGS[moment.status](cursor=cursor, key=key, outcome=moment.outcome)
        case _:
            return GenerationStarted(cursor=cursor, key=key)
