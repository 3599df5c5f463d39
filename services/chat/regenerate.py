from uuid import UUID

import models
from models import GenerationKind, MessageRole
from services.chat import store
from services.chat.store import MessageRange
from services.generations.start import start_generation
from services.generations.store import find_running_turn_id
from services.sessions.access import check_obstacle, lock_for_action
from services.sessions.lifecycle import SessionAction
from services.unit_of_work import UnitOfWork


async def regenerate_reply(
    work: UnitOfWork, session_id: UUID
) -> tuple[models.AISession, models.Generation]:
    """Generate the last reply again; the new reply replaces the old one.

    Raises NotFound, InvalidTransition, InvalidInput, SessionBusy.
    """
    session = await lock_for_action(work, session_id, SessionAction.REGENERATE)
    turn = await find_running_turn_id(work.transaction, session.id)
    check_obstacle(work, session, SessionAction.REGENERATE, running_turn=turn)
    last = MessageRange(session.id, session.step_count, session.step_count)
    found = await store.load_message_ranges(work.transaction, session.account_id, [last])
    [message] = found[last]
    replaces = {"replaces": message.id} if message.role is MessageRole.ASSISTANT else {}
    generation = await start_generation(work, session, GenerationKind.CHAT_REPLY, **replaces)
    return session, generation
