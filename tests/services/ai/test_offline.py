"""Without a model: what is said comes from the flows and from the session, and says so."""

from dataclasses import replace

import pytest

from models import GenerationKind as Kind
from models import SessionStatus, StepType
from models import StatusUpdateAudience as Audience
from models import StatusUpdateLength as Length
from services.ai.offline.assistant import OfflineAssistant
from services.ai.port import AssistantRequest, UsageChunk, StepChunk, TextChunk
from tests.services.ai import cases
from tests.services.ai.cases import ASKED, RESTARTED, SOLVED


async def pieces(kind, case, **more):
    assistant = OfflineAssistant(pace=0)
    return [piece async for piece in assistant.write(AssistantRequest(kind, case, **more))]


async def written(kind, case, **more) -> str:
    return "".join(p.text for p in await pieces(kind, case, **more) if isinstance(p, TextChunk))


async def step(case):
    [found] = [p.step for p in await pieces(Kind.GUIDED_STEP, case) if isinstance(p, StepChunk)]
    return found


# chat


async def test_the_first_reply_says_that_no_model_writes_it_and_begins_the_flow():
    reply = await written(Kind.CHAT_REPLY, cases.chat("it hangs", suggestions=(cases.flow(),)))
    assert reply.startswith("No language model is connected")
    assert "**Who is affected?**" in reply
    assert "1. One person\n2. Everybody" in reply


async def test_an_answer_streams_word_by_word_and_costs_nothing():
    first, *rest = await pieces(Kind.CHAT_REPLY, cases.chat("it hangs"))
    assert isinstance(first, UsageChunk)
    assert (first.usage.model, first.usage.input_tokens) == ("offline", 0)
    assert len(rest) > 20


@pytest.mark.parametrize("said", ["1", "one", "One person", "one persn", " ONE PERSON. ", "skip"])
async def test_the_conversation_walks_along_the_flow(said):
    talk = cases.chat("it hangs", "Who is affected?", said, suggestions=(cases.flow(),))
    reply = await written(Kind.CHAT_REPLY, talk)
    assert reply.startswith("**Restart it**")
    assert "Expected: It comes up" in reply
    assert "No language model" not in reply


async def test_it_comes_to_a_solution_and_then_says_what_is_next():
    said = ["it hangs", "Who?", "1", "Restart it", "it came up"]
    talk = cases.chat(*said, suggestions=(cases.flow(),))
    solution = await written(Kind.CHAT_REPLY, talk)
    assert "**It was stuck**" in solution
    assert "Likely root cause: A hung process." in solution
    assert "escalate" in solution

    after = cases.chat(*said, solution, "and now?", suggestions=(cases.flow(),))
    assert (await written(Kind.CHAT_REPLY, after)).startswith("That was the end of this flow.")


async def test_what_is_not_understood_is_asked_again_with_the_choices():
    talk = cases.chat("it hangs", "Who?", "hmm, who knows", suggestions=(cases.flow(),))
    reply = await written(Kind.CHAT_REPLY, talk)
    assert reply.startswith("I could not tell")
    assert "2. Everybody" in reply


async def test_between_flows_that_fit_alike_it_asks_which():
    both = (cases.flow(score=0.6), cases.flow("other", "Another thing", 0.5))
    opening = await written(Kind.CHAT_REPLY, cases.chat("it hangs", suggestions=both))
    assert "1. A thing is stuck" in opening
    assert "2. Another thing" in opening
    picked = cases.chat("it hangs", opening, "2", suggestions=both)
    assert "This looks like: Another thing." in await written(Kind.CHAT_REPLY, picked)


async def test_where_nothing_fits_it_asks_for_more_until_something_does():
    opening = await written(Kind.CHAT_REPLY, cases.chat("help"))
    assert "the exact error message" in opening
    later = cases.chat("help", opening, "it hangs", suggestions=(cases.flow(),))
    assert "**Who is affected?**" in await written(Kind.CHAT_REPLY, later)


async def test_a_broken_off_answer_is_gone_on_with_behind_its_last_word():
    case = cases.chat("it hangs", suggestions=(cases.flow(),))
    whole = await written(Kind.CHAT_REPLY, case)
    assert whole[:50] + await written(Kind.CHAT_REPLY, case, written_text=whole[:50]) == whole


async def test_passwords_in_the_session_are_not_repeated():
    talk = cases.chat("help, my password is Hunter2!", "More?", "the password is Hunter2!")
    notes = await written(Kind.TICKET_NOTES, talk)
    assert "Hunter2" not in notes
    assert "[redacted]" in notes


# guided


async def test_a_guided_session_without_a_flow_asks_which_fits():
    several = (cases.flow(score=0.35), cases.flow("other", "Another thing", 0.3))
    draft = await step(cases.guided(suggestions=several))
    assert draft.step_type is StepType.QUESTION
    assert [o.value for o in draft.options] == ["flow:stuck-thing", "flow:other", "none"]
    assert "No language model" in draft.context_message


async def test_then_for_more_and_then_to_hand_on():
    draft = await step(cases.guided())
    assert draft.step_type is StepType.INFO_REQUEST
    asked = replace(ASKED, step_type=StepType.INFO_REQUEST, flow_node_id=None)
    last = await step(cases.guided(asked))
    assert last.step_type is StepType.RESOLUTION_SUGGESTION
    assert "escalate" in last.content


async def test_a_flow_already_offered_is_not_offered_again():
    offered = replace(ASKED, options=("A thing is stuck", "None of these"), flow_node_id=None)
    draft = await step(cases.guided(offered, suggestions=(cases.flow(score=0.3),)))
    assert draft.step_type is StepType.INFO_REQUEST


# documents

WALKED = cases.guided(ASKED, RESTARTED, SOLVED, flow=cases.flow())
RESOLVED = replace(
    WALKED, status=SessionStatus.RESOLVED, resolution_summary="It was stuck. A hung process."
)
ESCALATED = replace(
    WALKED, steps=(ASKED, RESTARTED), status=SessionStatus.ESCALATED, escalation_reason="No idea"
)


def headings(text: str) -> list[str]:
    return [line for line in text.splitlines() if line.startswith("#")]


async def test_ticket_notes_have_their_four_sections_and_every_step_with_its_result():
    notes = await written(Kind.TICKET_NOTES, RESOLVED)
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


async def test_an_escalation_package_has_its_five_sections_and_what_is_left_to_try():
    package = await written(Kind.ESCALATION_PACKAGE, ESCALATED)
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


async def test_skipped_and_open_steps_are_named_as_such():
    skipped = replace(ASKED, answer=None, skipped=True)
    still_open = replace(RESTARTED, answer=None, note=None)
    package = await written(
        Kind.ESCALATION_PACKAGE, replace(ESCALATED, steps=(skipped, still_open))
    )
    assert "Who is affected? — skipped" in package
    assert "Restart it — not answered yet" in package
    assert "1. Finish: Restart it" in package


async def test_a_chats_documents_tell_its_exchanges():
    talk = cases.chat(
        "it hangs", "Did you restart?", "yes, no change", status=SessionStatus.RESOLVED
    )
    notes = await written(Kind.TICKET_NOTES, talk)
    assert "1. Did you restart? — yes, no change" in notes
    assert "Not established." in notes


async def test_a_knowledge_article_has_a_title_and_leaves_people_out():
    article = await written(Kind.KNOWLEDGE_ARTICLE, replace(RESOLVED, ticket_id="T-17"))
    assert headings(article)[0] == "# A thing is stuck"
    assert "## Cause\n\nA hung process." in article
    assert "Ana" not in article
    assert "T-17" not in article


async def test_a_client_summary_is_plain():
    summary = await written(Kind.CLIENT_SUMMARY, RESOLVED)
    assert "It is solved." in summary
    assert not headings(summary)


@pytest.mark.parametrize("case", [WALKED, RESOLVED, ESCALATED, cases.chat("it hangs")])
@pytest.mark.parametrize("audience", Audience)
async def test_a_status_update_is_longer_when_it_is_to_be_detailed(case, audience):
    quick = await written(Kind.STATUS_UPDATE, case, audience=audience, length=Length.QUICK)
    detailed = await written(Kind.STATUS_UPDATE, case, audience=audience, length=Length.DETAILED)
    assert 20 < len(quick) < len(detailed)


async def test_an_email_has_a_subject_and_the_engineers_name():
    email = await written(Kind.STATUS_UPDATE, RESOLVED, audience=Audience.EMAIL_DRAFT)
    assert email.startswith("Subject: ")
    assert email.endswith("Ana")


async def test_a_request_for_information_asks_numbered_questions():
    asks = await written(Kind.STATUS_UPDATE, WALKED, audience=Audience.REQUEST_INFO)
    assert "1. " in asks
    assert asks.count("?") >= 2


# title, summary, domain


async def test_a_session_is_named_after_its_first_sentence_without_the_greeting():
    case = cases.chat("Hi team,\nthe printer on floor 2 jams. Since Monday.")
    found = await OfflineAssistant().describe(case)
    assert found.title == "The printer on floor 2 jams"
    assert found.summary == "the printer on floor 2 jams. Since Monday."
    assert found.domain is None


async def test_its_domain_is_that_of_the_flow_that_fits():
    case = cases.chat("it hangs", suggestions=(cases.flow(),))
    assert (await OfflineAssistant().describe(case)).domain == "Testing"
