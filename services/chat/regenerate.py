from uuid import UUID

import models
from models import GenerationKind, MessageRole
from services.chat import store
from services.chat.store import MessageRange
from services.errors import InvalidInput
from services.generations.start import ensure_idle, start_generation
from services.sessions.access import lock_for_action
from services.sessions.lifecycle import SessionAction
from services.unit_of_work import UnitOfWork


async def regenerate_reply(
    work: UnitOfWork, session_id: UUID
) -> tuple[models.AISession, models.Generation]:
    """Generate the last reply again; the new reply replaces the old one.

    Raises NotFound, InvalidTransition, InvalidInput, SessionBusy.
    """
    session = await lock_for_action(work, session_id, SessionAction.SEND_CHAT_MESSAGE)
    await ensure_idle(work, session)
    last = MessageRange(session.id, session.step_count, session.step_count)
    found = await store.load_message_ranges(work.transaction, session.account_id, [last])
    message = next(iter(found[last]), None)
    if message is None:
        raise InvalidInput("The conversation has no message to answer yet.")
    replaces = {"replaces": message.id} if message.role is MessageRole.ASSISTANT else {}
    generation = await start_generation(work, session, GenerationKind.CHAT_REPLY, **replaces)
    return session, generation
