"""Documents composed from the record of a session."""

from dataclasses import replace

from models import GenerationKind as Kind
from models import SessionStatus
from tests.services.ai.offline.offline_answers import write_text
from tests.services.ai.sample_snapshots import (
    ASKED,
    ESCALATED,
    RESOLVED,
    RESTARTED,
    chat_snapshot,
)


def headings(text: str) -> list[str]:
    return [line for line in text.splitlines() if line.startswith("#")]


async def test_ticket_notes_have_four_sections_and_every_step_with_its_result():
    notes = await write_text(Kind.TICKET_NOTES, RESOLVED)
    assert headings(notes) == [
        "## Problem",
        "## What we confirmed",
        "## Root cause",
        "## Resolution",
    ]
    assert "The thing does not answer" in notes
    assert "1. Who is affected? — One person" in notes
    assert "2. Restart it — Done, as expected (took two minutes)" in notes
    assert "A hung process." in notes
    assert "A restart frees it." in notes


async def test_an_escalation_package_has_five_sections_and_the_solutions_not_reached():
    package = await write_text(Kind.ESCALATION_PACKAGE, ESCALATED)
    assert headings(package) == [
        "## Problem",
        "## What we've confirmed",
        "## What we've tried",
        "## Current hypothesis",
        "## Suggested next steps",
    ]
    confirmed = package.split("## What we've confirmed")[1].split("##")[0]
    tried = package.split("## What we've tried")[1].split("##")[0]
    assert "Who is affected? — One person" in confirmed
    assert "Restart it — Done, as expected" in tried
    assert "Reason for the escalation: No idea" in package
    assert "Check for: The provider is down" in package


async def test_skipped_and_open_steps_are_marked():
    skipped = replace(ASKED, answer=None, skipped=True)
    still_open = replace(RESTARTED, answer=None, note=None)
    package = await write_text(
        Kind.ESCALATION_PACKAGE, replace(ESCALATED, steps=(skipped, still_open))
    )
    assert "Who is affected? — skipped" in package
    assert "Restart it — not answered yet" in package
    assert "1. Finish: Restart it" in package


async def test_documents_of_a_chat_list_its_exchanges():
    talk = chat_snapshot(
        "it hangs", "Did you restart?", "yes, no change", status=SessionStatus.RESOLVED
    )
    notes = await write_text(Kind.TICKET_NOTES, talk)
    assert "1. Did you restart? — yes, no change" in notes
    assert "Not established." in notes


async def test_a_number_that_answers_a_chat_is_written_as_its_option():
    reply = "**Who is affected?**\n\nAsk a colleague.\n\n1. One person\n2. Everybody (At the site)"
    notes = await write_text(Kind.TICKET_NOTES, chat_snapshot("it hangs", reply, " 2 ", "Thanks."))
    assert "1. Who is affected? — Everybody (At the site)" in notes
    instructions = "**Restart it**\n\n1. Turn it off.\n2. Turn it on.\n\nTell me what you see."
    notes = await write_text(Kind.TICKET_NOTES, chat_snapshot("it hangs", instructions, "2"))
    assert "1. Restart it — 2" in notes


async def test_an_open_question_is_a_next_step_and_not_confirmed():
    still_open = replace(ASKED, answer=None)
    package = await write_text(Kind.ESCALATION_PACKAGE, replace(ESCALATED, steps=(still_open,)))
    assert "## What we've confirmed\n\nNothing is recorded." in package
    assert "1. Finish: Who is affected?" in package
    notes = await write_text(Kind.TICKET_NOTES, replace(RESOLVED, steps=(still_open,)))
    assert "## What we confirmed\n\nNothing is recorded." in notes


async def test_a_knowledge_article_has_a_title_and_names_no_person():
    article = await write_text(Kind.KNOWLEDGE_ARTICLE, replace(RESOLVED, ticket_id="T-17"))
    assert headings(article)[0] == "# A thing is stuck"
    assert "## Cause\n\nA hung process." in article
    assert "Ana" not in article
    assert "T-17" not in article


async def test_a_client_summary_has_no_headings():
    summary = await write_text(Kind.CLIENT_SUMMARY, RESOLVED)
    assert "It is solved." in summary
    assert not headings(summary)
