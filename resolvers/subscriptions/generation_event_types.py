"""Converts events of a generation to the types of the API."""

from models import GenerationStatus
from realtime import generation_events
from schema.generations import (
    GenerationCancelled,
    GenerationCompleted,
    GenerationEvent,
    GenerationFailed,
    GenerationResumed,
    GenerationStarted,
    TokenDelta,
    encode_position,
)

ENDINGS: dict[GenerationStatus, type[GenerationEvent]] = {
    GenerationStatus.COMPLETED: GenerationCompleted,
    GenerationStatus.CANCELLED: GenerationCancelled,
    GenerationStatus.FAILED: GenerationFailed,
}


def to_generation_event(moment: generation_events.GenerationMoment) -> GenerationEvent:
    key = moment.generation_id
    cursor = encode_position(key, moment.number)
    match moment:
        case generation_events.TextAdded():
            return TokenDelta(cursor=cursor, key=key, text=moment.text)
        case generation_events.GenerationResumed():
            return GenerationResumed(cursor=cursor, key=key, attempt=moment.attempt)
        case generation_events.GenerationEnded():
            return ENDINGS[moment.status](cursor=cursor, key=key, outcome=moment.finished)
        case _:
            return GenerationStarted(cursor=cursor, key=key)
