"""The prompt for title, summary and domain of a session, after its first exchange."""

from dataclasses import replace

from services.ai.prompts import context_blocks
from services.ai.prompts.material import RULE
from services.ai.prompts.prompt import Prompt, user_turn
from services.ai.session_snapshot import SessionSnapshot

SYSTEM = f"""\
You file IT support sessions. Answer with a single JSON object and nothing else. Its fields:
- title: the problem in three to eight words on one line, naming the system and the symptom, \
without quotation marks and without a full stop.
- summary: the problem and what is known of it, in one or two plain sentences.
- domain: the field of IT it belongs to, in one to three words, or null if it cannot be told.
Write in the language of the intake. Name only what the material says.

{RULE}"""

ASK = "Describe this session."

#: Enough to describe a session. Of a log the end is kept: errors are there.
MAX_CHARS = 4_000
MAX_TURNS = 3


def description_prompt(snapshot: SessionSnapshot) -> Prompt:
    opening = replace(
        snapshot,
        intake_text=snapshot.intake_text[:MAX_CHARS],
        log_text=snapshot.log_text[-MAX_CHARS:] if snapshot.log_text else None,
        messages=tuple(
            replace(m, content=m.content[:MAX_CHARS]) for m in snapshot.messages[:MAX_TURNS]
        ),
        steps=snapshot.steps[:MAX_TURNS],
    )
    texts = (*context_blocks.session_blocks(opening), ASK)
    return Prompt(SYSTEM, (), tuple(map(user_turn, texts)))
