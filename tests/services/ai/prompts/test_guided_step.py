"""Prompts for the next step of a guided session."""

from dataclasses import replace

from models import GenerationKind as Kind
from services import limits
from services.ai.prompts.guided_step import LAST
from tests.services.ai.prompts.prompt_texts import all_text, instruction_of, prompt_of
from tests.services.ai.sample_snapshots import ASKED, guided_snapshot


def test_only_the_last_possible_step_is_asked_to_end_the_session():
    steps = (ASKED,) * (limits.STEPS_IN_A_SESSION - 1)
    assert LAST in instruction_of(Kind.GUIDED_STEP, guided_snapshot(*steps))
    assert LAST not in instruction_of(Kind.GUIDED_STEP, guided_snapshot(*steps[1:]))


def test_a_skipped_step_is_marked_as_skipped():
    skipped = replace(ASKED, answer=None, skipped=True)
    assert "skipped" in all_text(prompt_of(Kind.GUIDED_STEP, guided_snapshot(skipped)))
    assert "skipped" not in all_text(prompt_of(Kind.GUIDED_STEP, guided_snapshot(ASKED)))
