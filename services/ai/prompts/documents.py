"""The prompt for a document about a session."""

from collections.abc import Iterator

from models import GenerationKind, SessionStatus
from models import StatusUpdateAudience as Audience
from models import StatusUpdateLength as Length
from services.ai.prompts import context_blocks
from services.ai.prompts.document_instructions import document_instruction
from services.ai.prompts.material import RULE, tagged_block
from services.ai.prompts.prompt import Prompt, user_turn
from services.ai.session_snapshot import SessionSnapshot

SYSTEM = f"""\
You write documents about IT support sessions. You are given everything that happened in one \
session, then told which document to write.

Rules:
- Write only what the material supports. Where it says nothing, say so in a few words; never \
fill a gap with a guess, a name, a date or a number of your own.
- Tell apart what was confirmed, what was only assumed, and what was not tried.
- Name each check with its result, and commands as they were run.
- No secrets of any kind.
- Write in the language the engineer writes in, but keep given headings as they are.
- Answer with the document alone: no preamble, no remark behind it, no code fence around it.

{RULE}"""

STATUS_SENTENCES = {
    SessionStatus.RESOLVED: "The problem is solved.",
    SessionStatus.ESCALATED: "The problem is being handed on to somebody else.",
    SessionStatus.ABANDONED: "The work on the problem has ended without a solution.",
}
STILL_OPEN = "The work on the problem goes on."


def document_prompt(
    snapshot: SessionSnapshot,
    kind: GenerationKind,
    audience: Audience | None,
    length: Length | None,
) -> Prompt:
    """All documents of a session share a prompt up to its last turn, the instruction."""
    instruction = document_instruction(kind, audience, length)
    status = STATUS_SENTENCES.get(snapshot.status, STILL_OPEN)
    return Prompt(
        SYSTEM,
        tuple(map(user_turn, (*context_blocks.session_blocks(snapshot), fact_block(snapshot)))),
        (user_turn(f"{status}\n\n{instruction}"),),
    )


def fact_block(snapshot: SessionSnapshot) -> str:
    return tagged_block("facts", "\n".join(fact_lines(snapshot)))


def fact_lines(snapshot: SessionSnapshot) -> Iterator[str]:
    """One line for each fact, so that no fact can look like another."""
    facts = {
        "Engineer": snapshot.engineer,
        "Ticket": snapshot.ticket_id,
        "Title": snapshot.title,
        "Resolution, as the engineer put it": snapshot.resolution_summary,
        "Reason for the escalation, as the engineer put it": snapshot.escalation_reason,
    }
    yield from (f"{name}: {' '.join(value.split())}" for name, value in facts.items() if value)
