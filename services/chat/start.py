import models
from models import GenerationKind, MessageRole
from services.chat.conversation import append_message
from services.chat.store import NewMessage
from services.generations.start import start_generation
from services.sessions.intake import opening_message
from services.unit_of_work import UnitOfWork


async def start_chat(work: UnitOfWork, session: models.AISession) -> models.Generation:
    """Append the intake as the first message and start the reply to it."""
    opening = opening_message(session.intake_content, session.psa_ticket_id)
    append_message(work, session, NewMessage(MessageRole.USER, opening, author_id=session.user_id))
    return await start_generation(work, session, GenerationKind.CHAT_REPLY)
