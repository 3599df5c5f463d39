"""The prompt that names a session after its first exchange."""

from dataclasses import replace

from services.ai.prompts import context_blocks
from services.ai.prompts.prompt import Prompt, said
from services.ai.session_snapshot import SessionSnapshot

SYSTEM = f"""\
You file IT support sessions. Answer with a single JSON object and nothing else. Its fields:
- title: the problem in three to eight words on one line, naming the system and the symptom, \
without quotation marks and without a full stop.
- summary: the problem and what is known of it, in one or two plain sentences.
- domain: the field of IT it belongs to, in one to three words, or null if it cannot be told.
Write in the language of the intake. Name only what the material says.

{context_blocks.RULE}"""

ASK = "Describe this session."

#: Enough to tell what a session is about; a log's end says as much as its middle.
CHARS = 4_000
TURNS = 3


def prompt(case: SessionSnapshot) -> Prompt:
    opening = replace(
        case,
        intake_text=case.intake_text[:CHARS],
        log_text=case.log_text[-CHARS:] if case.log_text else None,
        messages=tuple(replace(m, content=m.content[:CHARS]) for m in case.messages[:TURNS]),
        steps=case.steps[:TURNS],
    )
    return Prompt(SYSTEM, (), tuple(said(text) for text in (*context_blocks.whole(opening), ASK)))
