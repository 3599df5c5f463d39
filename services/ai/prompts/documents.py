"""The prompts of what is written about a session, for people who were not there."""

from collections.abc import Iterator

from models import GenerationKind, SessionStatus
from models import StatusUpdateAudience as Audience
from models import StatusUpdateLength as Length
from services.ai.prompts import context_blocks, document_instructions
from services.ai.prompts.prompt import Prompt, said
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

{context_blocks.RULE}"""

STATES = {
    SessionStatus.RESOLVED: "The problem is solved.",
    SessionStatus.ESCALATED: "The problem is being handed on to somebody else.",
    SessionStatus.ABANDONED: "The work on the problem has ended without a solution.",
}
OPEN = "The work on the problem goes on."


def prompt(
    case: SessionSnapshot, kind: GenerationKind, audience: Audience | None, length: Length | None
) -> Prompt:
    """All documents of a session share a prompt up to its last turn, the order."""
    order = document_instructions.order(kind, audience, length)
    return Prompt(
        SYSTEM,
        tuple(said(text) for text in (*context_blocks.whole(case), facts(case))),
        (said(f"{STATES.get(case.status, OPEN)}\n\n{order}"),),
    )


def facts(case: SessionSnapshot) -> str:
    return context_blocks.block("facts", "\n".join(known(case)))


def known(case: SessionSnapshot) -> Iterator[str]:
    yield f"Engineer: {case.engineer}"
    named = {
        "Ticket": case.ticket_id,
        "Title": case.title,
        "Resolution, as the engineer put it": case.resolution_summary,
        "Reason for the escalation, as the engineer put it": case.escalation_reason,
    }
    yield from (f"{name}: {value}" for name, value in named.items() if value)
