"""Prompts of sample requests, and their text."""

from models import GenerationKind as Kind
from services.ai.port import AssistantRequest
from services.ai.prompts.builder import build_prompt
from services.ai.prompts.prompt import Prompt
from tests.services.ai.sample_snapshots import ASKED, RESTARTED, SOLVED, guided_snapshot

DOCUMENTS = [kind for kind in Kind if not kind.is_turn]
GUIDED = guided_snapshot(ASKED, RESTARTED, SOLVED)


def prompt_of(kind, snapshot=GUIDED, **more) -> Prompt:
    return build_prompt(AssistantRequest(kind, snapshot, **more))


def instruction_of(kind, snapshot=GUIDED, **more) -> str:
    """The last turn, which holds the instruction."""
    return prompt_of(kind, snapshot, **more).fresh[-1].text


def all_text(prompt: Prompt) -> str:
    return "\n".join(turn.text for turn in (*prompt.lasting, *prompt.fresh))
