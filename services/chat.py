"""A chat: what the user says, and the assistant's replies."""

from dataclasses import dataclass
from uuid import UUID

import models
from models import GenerationKind, MessageRole
from services import idempotency, limits, messages, wording
from services.access import lock_for, lock_session
from services.errors import InvalidInput, NotFound, SessionTooLong
from services.flows.suggest import look_for_flows
from services.generations.start import ensure_idle, start
from services.intake import opening_message
from services.lifecycle import SessionAction
from services.messages import Message
from services.work import Work


@dataclass(frozen=True, slots=True)
class Sent:
    session: models.AISession
    message: Message
    generation_id: UUID


async def begin(work: Work, session: models.AISession) -> UUID:
    """The intake is the first message, and is answered."""
    await messages.add(work, session, messages.new(MessageRole.USER, opening_message(session)))
    return (await start(work, session, GenerationKind.CHAT_REPLY)).id


async def send_message(
    work: Work, session_id: UUID, content: str, *, idempotency_key: str | None = None
) -> Sent:
    """Say something and have it answered.

    Raises NotFound, WrongSessionType, InvalidTransition, InvalidInput, SessionBusy,
    SessionTooLong.
    """
    content = wording.required(content, "The message", at_most=limits.MESSAGE_CHARS)
    asked = {"session": session_id, "content": content}
    earlier = await idempotency.earlier_outcome(work, idempotency_key, "sendChatMessage", asked)
    if earlier is not None:
        return await recall(work, session_id, earlier)
    session = await lock_for(work, session_id, SessionAction.SEND_CHAT_MESSAGE)
    await ensure_idle(work, session)
    if session.step_count >= limits.MESSAGES_IN_A_SESSION:
        raise SessionTooLong(
            f"This chat has reached {limits.MESSAGES_IN_A_SESSION:,} messages. "
            "Resolve or escalate it, or go on in a new one."
        )
    message = await messages.add(
        work,
        session,
        messages.new(MessageRole.USER, content, author_id=str(work.principal.user_id)),
    )
    await look_for_flows(work, session, content)
    generation = await start(work, session, GenerationKind.CHAT_REPLY)
    await idempotency.remember(
        work, idempotency_key, {"message_id": message.id, "generation_id": str(generation.id)}
    )
    return Sent(session, message, generation.id)


async def recall(work: Work, session_id: UUID, earlier: dict[str, str]) -> Sent:
    session = await lock_session(work, session_id)
    message = await messages.find(work.db, session.id, earlier["message_id"])
    if message is None:
        raise NotFound("message any more")
    return Sent(session, message, UUID(earlier["generation_id"]))


async def regenerate(work: Work, session_id: UUID) -> tuple[models.AISession, UUID]:
    """Have the last message answered anew; the new answer takes the place of the old one."""
    session = await lock_for(work, session_id, SessionAction.SEND_CHAT_MESSAGE)
    await ensure_idle(work, session)
    last = messages.Slice(session.id, session.step_count, session.step_count)
    message = next(iter((await messages.read(work.db, [last]))[last]), None)
    if message is None:
        raise InvalidInput("There is nothing to answer yet.")
    replaces = {"replaces": message.id} if message.role is MessageRole.ASSISTANT else {}
    generation = await start(work, session, GenerationKind.CHAT_REPLY, **replaces)
    return session, generation.id
