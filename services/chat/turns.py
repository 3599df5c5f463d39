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
from services.flows.suggest import look_for_flows
from services.generations import message_queue
from services.generations.finish import cancel_turns
from services.generations.start import Begun, admitted, ensure_idle, running_turn, start
from services.generations.start import begin as begin_answer
from services.sessions.access import lock_for, lock_session
from services.sessions.intake import opening_message
from services.sessions.lifecycle import SessionAction
from services.unit_of_work import Work


class BusyPolicy(StrEnum):
    """What to do with a message while the assistant is still writing."""

    REJECT = "reject"
    ENQUEUE = "enqueue"
    INTERRUPT = "interrupt"


@dataclass(frozen=True, slots=True)
class Sent:
    session: models.AISession
    message: Message
    answer: Begun


async def begin(work: Work, session: models.AISession) -> models.Generation:
    """The intake is the first message, and is answered."""
    messages.add(work, session, messages.new(MessageRole.USER, opening_message(session)))
    return await start(work, session, GenerationKind.CHAT_REPLY)


async def send_message(
    work: Work,
    session_id: UUID,
    content: str,
    *,
    when_busy: BusyPolicy = BusyPolicy.REJECT,
    idempotency_key: str | None = None,
) -> Sent:
    """Say something and have it answered, now or behind the answer that is being written.

    Raises NotFound, WrongSessionType, InvalidTransition, InvalidInput, SessionBusy,
    SessionTooLong.
    """
    content = text_validation.required(content, "The message", at_most=limits.MESSAGE_CHARS)
    asked = {"session": session_id, "content": content, "when_busy": when_busy}
    earlier = await idempotency.earlier_outcome(work, idempotency_key, "sendChatMessage", asked)
    if earlier is not None:
        return await recall(work, session_id, earlier)
    session = await lock_for(work, session_id, SessionAction.SEND_CHAT_MESSAGE)
    if session.step_count >= limits.MESSAGES_IN_A_SESSION:
        raise SessionTooLong(
            f"This chat has reached {limits.MESSAGES_IN_A_SESSION:,} messages. "
            "Resolve or escalate it, or go on in a new one."
        )
    message = messages.new(MessageRole.USER, content, author_id=str(work.principal.user_id))
    said, generation = await say(work, session, message, when_busy)
    await idempotency.remember(
        work, idempotency_key, {"message_id": said.id, "generation_id": str(generation.id)}
    )
    return Sent(session, said, generation)


async def say(
    work: Work, session: models.AISession, message: dict[str, Any], when_busy: BusyPolicy
) -> tuple[Message, models.Generation]:
    """Put the message where it belongs. Raises SessionBusy."""
    turn = await running_turn(work, session)
    if turn is not None and when_busy is BusyPolicy.REJECT:
        raise SessionBusy(turn)
    if turn is not None and when_busy is BusyPolicy.ENQUEUE:
        waiting = await message_queue.put(work, session, message, behind=turn)
        return messages.not_said_yet(session, message), waiting
    # Before rows are locked that a whole account shares.
    await look_for_flows(work, session, message["content"])
    generation = await admitted(work, session, GenerationKind.CHAT_REPLY)
    if turn is not None:
        await cancel_turns(work, session, "It was interrupted by the next message.")
    said = messages.add(work, session, message)
    await begin_answer(work, session, generation)
    return said, generation


async def recall(work: Work, session_id: UUID, earlier: dict[str, str]) -> Sent:
    session = await lock_session(work, session_id)
    generation_id = UUID(earlier["generation_id"])
    message = await messages.find(work.transaction, session, earlier["message_id"])
    if message is None:
        generation = await work.db.get(models.Generation, generation_id)
        if generation is None or "message" not in generation.request:
            raise NotFound("message any more")
        message = messages.not_said_yet(session, generation.request["message"])
    return Sent(session, message, generation_id)


async def regenerate(work: Work, session_id: UUID) -> tuple[models.AISession, models.Generation]:
    """Have the last message answered anew; the new answer takes the place of the old one."""
    session = await lock_for(work, session_id, SessionAction.SEND_CHAT_MESSAGE)
    await ensure_idle(work, session)
    last = messages.Slice(session.id, session.step_count, session.step_count)
    found = await messages.between(work.transaction, session.account_id, [last])
    message = next(iter(found[last]), None)
    if message is None:
        raise InvalidInput("There is nothing to answer yet.")
    replaces = {"replaces": message.id} if message.role is MessageRole.ASSISTANT else {}
    generation = await start(work, session, GenerationKind.CHAT_REPLY, **replaces)
    return session, generation
