"""The conversation of a locked chat session: appends messages and rates them."""

from typing import Any
from uuid import UUID

import models
from models import MessageRating, MessageRole, SessionEventKind
from services.chat import store
from services.chat.store import Message, NewMessage
from services.errors import NotFound
from services.unit_of_work import UnitOfWork
from storage.transactions import set_committed


def append_message(
    work: UnitOfWork,
    session: models.AISession,
    message: NewMessage,
    *,
    actor_id: UUID | None = None,
    replaces: str | None = None,
) -> Message:
    """Append a message, or replace the last one, whose id is `replaces`.

    The unit of work writes it when it ends. The event names the caller unless `actor_id` is given.
    """
    change = work.record_event(
        session,
        SessionEventKind.MESSAGE_ADDED,
        by_assistant=message.role is MessageRole.ASSISTANT,
        actor_id=actor_id,
        **event_detail(message, replaces),
    )
    change.messages.append(message)
    change.index(message.content)
    if replaces:
        change.replaces_last = True
    else:
        set_committed(session, step_count=session.step_count + 1)
    return message.at_place(session.id, session.step_count)


def event_detail(message: NewMessage, replaces: str | None) -> dict[str, Any]:
    detail: dict[str, Any] = {"message_id": message.id, "role": message.role}
    if message.interrupted:
        detail["interrupted"] = True
    if replaces:
        detail["replaces"] = replaces
    return detail


def append_reply(
    work: UnitOfWork,
    session: models.AISession,
    generation: models.Generation,
    content: str,
    *,
    interrupted: bool,
) -> Message | str:
    """Append the assistant's reply, or replace the one that was regenerated.

    An interrupted reply replaces nothing: the complete old reply, whose id is returned, is better
    than a part of the new one.
    """
    replaced = generation.request.get("replaces")
    if replaced and interrupted:
        return str(replaced)
    reply = NewMessage(
        MessageRole.ASSISTANT, content, generation_id=generation.id, interrupted=interrupted
    )
    return append_message(work, session, reply, replaces=replaced)


async def rate_message(
    work: UnitOfWork, session: models.AISession, message_id: str, rating: MessageRating | None
) -> Message:
    """Rate a reply of the assistant; None removes the rating. Raises NotFound."""
    db = work.transaction
    message = await store.find_message(db, session.account_id, session.id, message_id)
    if message is None or message.role is not MessageRole.ASSISTANT:
        raise NotFound("answer of the assistant")
    await store.update_message_rating(db, message, rating)
    work.record_event(session, SessionEventKind.RATED, message_id=message_id, rating=rating)
    rated = await store.find_message(db, session.account_id, session.id, message_id)
    return rated or message
