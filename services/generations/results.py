"""Where an answer goes once it has ended: into the conversation, the steps or a document."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import models
from models import GenerationKind, GenerationStatus
from services.chat import messages
from services.chat.messages import Message
from services.guided import steps
from services.sessions import documents
from services.unit_of_work import UnitOfWork

if TYPE_CHECKING:
    from services.generations.finish import GenerationOutcome

Kind = GenerationKind


@dataclass(frozen=True, slots=True)
class FinishedGeneration:
    """An answer that has ended, and the message it has become, as they are just then."""

    generation: models.Generation
    message: Message | None = None


async def store_result(
    work: UnitOfWork,
    session: models.AISession,
    generation: models.Generation,
    text: str,
    ending: "GenerationOutcome",
) -> Message | str | None:
    """Keep what was written; return the message it became, or the id of the step or document.

    A reply cut short is kept as an interrupted message. A cut document or step is not: half a
    ticket note must not pass for one; its text stays with the generation.
    """
    completed = generation.status is GenerationStatus.COMPLETED
    match generation.kind:
        case Kind.CHAT_REPLY:
            if not text and not completed:
                return None
            return messages.append_reply(work, session, generation, text, interrupted=not completed)
        case Kind.GUIDED_STEP:
            draft = getattr(ending, "step", None)
            if draft is None:
                return None
            return str((await steps.add_step(work, session, draft, generation_id=generation.id)).id)
        case _ if completed:
            return str((await documents.store_document(work, session, generation, text)).id)
    return None
