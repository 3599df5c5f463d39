"""Prompts for documents: material, sections, audience, length and status."""

from dataclasses import replace
from itertools import product

import pytest

from models import GenerationKind as Kind
from models import SessionStatus
from models import StatusUpdateAudience as Audience
from models import StatusUpdateLength as Length
from tests.services.ai.prompts.prompt_texts import (
    DOCUMENTS,
    GUIDED,
    all_text,
    instruction_of,
    prompt_of,
)
from tests.services.ai.sample_snapshots import ASKED, RESTARTED, SOLVED

HEADINGS = {
    Kind.TICKET_NOTES: ["## Problem", "## What we confirmed", "## Root cause", "## Resolution"],
    Kind.ESCALATION_PACKAGE: [
        "## Problem",
        "## What we've confirmed",
        "## What we've tried",
        "## Current hypothesis",
        "## Suggested next steps",
    ],
    Kind.KNOWLEDGE_ARTICLE: [
        "## Symptoms",
        "## Cause",
        "## Solution",
        "## How to verify",
        "## Prevention",
    ],
}


@pytest.mark.parametrize("kind", [kind for kind in DOCUMENTS if kind is not Kind.STATUS_UPDATE])
def test_a_document_has_its_sections_in_order(kind):
    lines = instruction_of(kind).splitlines()
    assert [line for line in lines if line.startswith("## ")] == HEADINGS.get(kind, [])


def test_each_audience_and_length_has_its_own_instruction():
    instructions = {
        (audience, length): instruction_of(Kind.STATUS_UPDATE, audience=audience, length=length)
        for audience, length in product(Audience, Length)
    }
    assert len(set(instructions.values())) == 8
    for audience in Audience:
        quick, detailed = (
            instructions[audience, length].split("\n\n")
            for length in (Length.QUICK, Length.DETAILED)
        )
        assert quick[:-1] == detailed[:-1]
        assert quick[-1] != detailed[-1]


def test_a_status_update_is_quick_and_for_the_ticket_by_default():
    assert instruction_of(Kind.STATUS_UPDATE) == instruction_of(
        Kind.STATUS_UPDATE, audience=Audience.TICKET_NOTES, length=Length.QUICK
    )


@pytest.mark.parametrize("kind", DOCUMENTS)
def test_the_status_of_the_session_changes_the_instruction_only(kind):
    """The lasting part must stay the same: it is in the provider's cache."""
    prompts = {
        status: prompt_of(kind, replace(GUIDED, status=status))
        for status in (
            SessionStatus.ACTIVE,
            SessionStatus.RESOLVED,
            SessionStatus.ESCALATED,
            SessionStatus.ABANDONED,
        )
    }
    assert len({prompt.lasting for prompt in prompts.values()}) == 1
    assert len({prompt.fresh for prompt in prompts.values()}) == len(prompts)


@pytest.mark.parametrize("kind", DOCUMENTS)
def test_a_document_gets_the_whole_session_and_the_engineers_name(kind):
    snapshot = replace(GUIDED, ticket_id="T-77", resolution_summary="Restarted it.", log_text="LOG")
    text = all_text(prompt_of(kind, snapshot))
    for part in ("The thing does not answer", "LOG", "T-77", "Restarted it.", "Engineer: Ana"):
        assert part in text
    for step in (ASKED, RESTARTED, SOLVED):
        assert step.content in text
        assert step.answer in text
    assert RESTARTED.note in text
