"""A chat: what the user says, and the assistant's replies."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from uuid import UUID

import models
from models import GenerationKind, MessageRole
from services import idempotency, limits, text_validation
from services.chat import messages
from services.chat.messages import Message
from services.errors import InvalidInput, NotFound, SessionBusy, SessionTooLong
from services.flows.suggest import suggest_flows
from services.generations import message_queue
from services.generations.finish import cancel_turns
from services.generations.start import (
    Begun,
    ensure_idle,
    find_running_turn,
    reserve_generation,
    start_generation,
)
from services.generations.start import begin_generation as begin_answer
from services.sessions.access import lock_for_action, lock_session
from services.sessions.intake import opening_message
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
    answer: Begun


async def start_chat(work: UnitOfWork, session: models.AISession) -> models.Generation:
    """The intake is the first message, and is answered."""
    messages.append_message(
        work, session, messages.new_message(MessageRole.USER, opening_message(session))
    )
    return await start_generation(work, session, GenerationKind.CHAT_REPLY)


async def send_message(
    work: UnitOfWork,
    session_id: UUID,
    content: str,
    *,
    when_busy: BusyPolicy = BusyPolicy.REJECT,
    idempotency_key: str | None = None,
) -> SendResult:
    """Say something and have it answered, now or behind the answer that is being written.

    Raises NotFound, WrongSessionType, InvalidTransition, InvalidInput, SessionBusy,
    SessionTooLong.
    """
    content = text_validation.require_text(content, "The message", at_most=limits.MESSAGE_CHARS)
    asked = {"session": session_id, "content": content, "when_busy": when_busy}
    earlier = await idempotency.earlier_outcome(work, idempotency_key, "sendChatMessage", asked)
    if earlier is not None:
        return await recall(work, session_id, earlier)
    session = await lock_for_action(work, session_id, SessionAction.SEND_CHAT_MESSAGE)
    if session.step_count >= limits.MESSAGES_IN_A_SESSION:
        raise SessionTooLong(
            f"This chat has reached {limits.MESSAGES_IN_A_SESSION:,} messages. "
            "Resolve or escalate it, or go on in a new one."
        )
    message = messages.new_message(MessageRole.USER, content, author_id=str(work.principal.user_id))
    said, generation = await deliver_message(work, session, message, when_busy)
    await idempotency.remember(
        work, idempotency_key, {"message_id": said.id, "generation_id": str(generation.id)}
    )
    return SendResult(session, said, generation)


async def deliver_message(
    work: UnitOfWork, session: models.AISession, message: dict[str, Any], when_busy: BusyPolicy
) -> tuple[Message, models.Generation]:
    """Put the message where it belongs. Raises SessionBusy."""
    turn = await find_running_turn(work, session)
    if turn is not None and when_busy is BusyPolicy.REJECT:
        raise SessionBusy(turn)
    if turn is not None and when_busy is BusyPolicy.ENQUEUE:
        waiting = await message_queue.enqueue_message(work, session, message, behind=turn)
        return messages.pending_message(session, message), waiting
    # Before rows are locked that a whole account shares.
    await suggest_flows(work, session, message["content"])
    generation = await reserve_generation(work, session, GenerationKind.CHAT_REPLY)
    if turn is not None:
        await cancel_turns(work, session, "It was interrupted by the next message.")
    said = messages.append_message(work, session, message)
    await begin_answer(work, session, generation)
    return said, generation


async def recall(work: UnitOfWork, session_id: UUID, earlier: dict[str, str]) -> SendResult:
    session = await lock_session(work, session_id)
    generation_id = UUID(earlier["generation_id"])
    message = await messages.find_message(work.transaction, session, earlier["message_id"])
    if message is None:
        generation = await work.db.get(models.Generation, generation_id)
        if generation is None or "message" not in generation.request:
            raise NotFound("message any more")
        message = messages.pending_message(session, generation.request["message"])
    return SendResult(session, message, generation_id)


async def regenerate_reply(
    work: UnitOfWork, session_id: UUID
) -> tuple[models.AISession, models.Generation]:
    """Have the last message answered anew; the new answer takes the place of the old one."""
    session = await lock_for_action(work, session_id, SessionAction.SEND_CHAT_MESSAGE)
    await ensure_idle(work, session)
    last = messages.MessageRange(session.id, session.step_count, session.step_count)
    found = await messages.load_message_ranges(work.transaction, session.account_id, [last])
    message = next(iter(found[last]), None)
    if message is None:
        raise InvalidInput("There is nothing to answer yet.")
    replaces = {"replaces": message.id} if message.role is MessageRole.ASSISTANT else {}
    generation = await start_generation(work, session, GenerationKind.CHAT_REPLY, **replaces)
    return session, generation
