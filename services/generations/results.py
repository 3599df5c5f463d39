"""Stores the result of a finished generation: a message, a guided step or a document."""

import models
from models import GenerationKind, GenerationStatus
from services.chat.conversation import append_reply
from services.chat.store import Message
from services.generations.outcomes import Completed, GenerationOutcome
from services.guided import advance
from services.sessions import documents
from services.unit_of_work import UnitOfWork


async def store_generation_result(
    work: UnitOfWork,
    session: models.AISession,
    generation: models.Generation,
    text: str,
    outcome: GenerationOutcome,
) -> Message | str | None:
    """Store the text; return the message it becomes, or the id of the step or document.

    An incomplete reply is stored as an interrupted message. An incomplete document or step is not:
    half a ticket note must not look like a whole one. Its text stays with the generation.
    """
    completed = generation.status is GenerationStatus.COMPLETED
    match generation.kind:
        case GenerationKind.CHAT_REPLY:
            if not text and not completed:
                return None
            return append_reply(work, session, generation, text, interrupted=not completed)
        case GenerationKind.GUIDED_STEP:
            draft = outcome.step if isinstance(outcome, Completed) else None
            if draft is None:
                return None
            return str(
                (await advance.add_step(work, session, draft, generation_id=generation.id)).id
            )
        case _ if completed:
            return str((await documents.store_document(work, session, generation, text)).id)
    return None
