"""Sends a message to a chat; what happens while the assistant still writes is up to the sender."""

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

import models
from models import GenerationKind, MessageRole
from services import input_validation, limits
from services.chat import store
from services.chat.conversation import append_message
from services.chat.store import Message, NewMessage
from services.errors import NotFound, SessionBusy
from services.flows.matching import suggest_flows
from services.generations.finish import cancel_turns
from services.generations.start import (
    StartedGeneration,
    begin_generation,
    enqueue_message,
    reserve_generation,
)
from services.generations.store import find_running_turn_id
from services.idempotency import StoredOutcome, idempotent
from services.sessions.access import check_obstacle, lock_for_action, lock_session
from services.sessions.lifecycle import SessionAction
from services.unit_of_work import UnitOfWork


class BusyPolicy(StrEnum):
    """What to do with a message while the assistant is still writing."""

    REJECT = "reject"
    ENQUEUE = "enqueue"
    INTERRUPT = "interrupt"


@dataclass(frozen=True, slots=True)
class SendResult:
    session: models.AISession
    message: Message
    generation: StartedGeneration


async def send_message(
    work: UnitOfWork,
    session_id: UUID,
    content: str,
    *,
    when_busy: BusyPolicy = BusyPolicy.REJECT,
    idempotency_key: str | None = None,
) -> SendResult:
    """Send a message and have it answered, at once or after the running answer.

    Raises NotFound, WrongSessionType, InvalidTransition, InvalidInput, SessionBusy,
    SessionTooLong.
    """
    content = input_validation.require_text(
        content, "The message", "content", at_most=limits.MESSAGE_CHARS
    )
    input = {"session": session_id, "content": content, "when_busy": when_busy}
    async with idempotent(work, idempotency_key, "sendChatMessage", input) as request:
        if request.earlier is not None:
            return await replay_message(work, session_id, request.earlier)
        session = await lock_for_action(work, session_id, SessionAction.SEND_CHAT_MESSAGE)
        check_obstacle(work, session, SessionAction.SEND_CHAT_MESSAGE)
        new = NewMessage(MessageRole.USER, content, author_id=work.principal.user_id)
        message, generation = await deliver_message(work, session, new, when_busy)
        request.outcome = StoredOutcome(generation_id=generation.id, message_id=message.id)
        return SendResult(session, message, StartedGeneration(generation.id, generation))


async def deliver_message(
    work: UnitOfWork, session: models.AISession, message: NewMessage, when_busy: BusyPolicy
) -> tuple[Message, models.Generation]:
    """Append the message and start its answer, or queue both. Raises SessionBusy."""
    turn = await find_running_turn_id(work.transaction, session.id)
    if turn is not None and when_busy is BusyPolicy.REJECT:
        raise SessionBusy(turn)
    if turn is not None and when_busy is BusyPolicy.ENQUEUE:
        queued = await enqueue_message(work, session, message, behind=turn)
        return message.at_place(session.id, 0), queued
    # Before the lock on rows that the whole account shares.
    await suggest_flows(work, session, message.content)
    generation = await reserve_generation(work, session, GenerationKind.CHAT_REPLY)
    if turn is not None:
        await cancel_turns(work, session, "It was interrupted by the next message.")
    appended = append_message(work, session, message)
    await begin_generation(work, session, generation)
    return appended, generation


async def replay_message(work: UnitOfWork, session_id: UUID, earlier: StoredOutcome) -> SendResult:
    """Return the result of the first request with the same key."""
    session = await lock_session(work, session_id)
    generation_id, message_id = earlier.generation_id, earlier.message_id
    if generation_id is None or message_id is None:
        raise NotFound("message")
    db = work.transaction
    message = await store.find_message(db, session.account_id, session.id, message_id)
    if message is None:
        queued = await store.find_queued_message(db, generation_id)
        if queued is None:
            raise NotFound("message")
        message = queued.at_place(session.id, 0)
    return SendResult(session, message, StartedGeneration(generation_id))
