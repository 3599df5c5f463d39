"""What happened to a generation, in the words of the API."""

from models import ErrorCode, GenerationStatus
from schema.context import Info
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
from schema.loaders import found
from services.generations.follow import Added, Ended, Moment, Resumed


async def event_of(info: Info, moment: Moment) -> GenerationEvent:
    key = moment.generation_id
    cursor = place(key, moment.number)
    match moment:
        case Added():
            return TokenDelta(cursor=cursor, key=key, text=moment.text)
        case Resumed():
            return GenerationResumed(cursor=cursor, key=key, attempt=moment.attempt)
        case Ended():
            return await ending_of(info, moment, cursor)
        case _:
            return GenerationStarted(cursor=cursor, key=key)


async def ending_of(info: Info, moment: Ended, cursor: str) -> GenerationEvent:
    key = moment.generation_id
    if moment.status is GenerationStatus.COMPLETED:
        return GenerationCompleted(cursor=cursor, key=key)
    row = found(await info.context.loaders.generation.load(key), "The generation")
    reason = row.error_reason or ""
    if moment.status is GenerationStatus.CANCELLED:
        return GenerationCancelled(cursor=cursor, key=key, reason=reason)
    return GenerationFailed(
        cursor=cursor,
        key=key,
        code=row.error_code or ErrorCode.INTERNAL,
        reason=reason,
        retryable=row.retryable,
    )
