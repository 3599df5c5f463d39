"""Replies in a chat, from the flow library."""

import pytest

from models import GenerationKind as Kind
from tests.services.ai.offline.offline_answers import write_text
from tests.services.ai.sample_snapshots import (
    chat_snapshot,
    sample_flow,
)


async def test_the_first_reply_says_that_there_is_no_model_and_starts_the_flow():
    reply = await write_text(
        Kind.CHAT_REPLY, chat_snapshot("it hangs", suggestions=(sample_flow(),))
    )
    assert reply.startswith("No language model is connected")
    assert "**Who is affected?**" in reply
    assert "1. One person\n2. Everybody" in reply


@pytest.mark.parametrize(
    "message", ["1", "one", "One person", "one persn", " ONE PERSON. ", "skip"]
)
async def test_an_answer_leads_to_the_next_node_of_the_flow(message):
    talk = chat_snapshot("it hangs", "Who is affected?", message, suggestions=(sample_flow(),))
    reply = await write_text(Kind.CHAT_REPLY, talk)
    assert reply.startswith("**Restart it**")
    assert "Expected: It comes up" in reply
    assert "No language model" not in reply


async def test_the_flow_ends_with_its_solution():
    message = ["it hangs", "Who?", "1", "Restart it", "it came up"]
    talk = chat_snapshot(*message, suggestions=(sample_flow(),))
    solution = await write_text(Kind.CHAT_REPLY, talk)
    assert "**It was stuck**" in solution
    assert "Likely root cause: A hung process." in solution
    assert "escalate" in solution

    after = chat_snapshot(*message, solution, "and now?", suggestions=(sample_flow(),))
    assert (await write_text(Kind.CHAT_REPLY, after)).startswith("That was the end of this flow.")


async def test_an_unclear_answer_repeats_the_question_with_its_options():
    talk = chat_snapshot("it hangs", "Who?", "hmm, who knows", suggestions=(sample_flow(),))
    reply = await write_text(Kind.CHAT_REPLY, talk)
    assert reply.startswith("I could not tell")
    assert "2. Everybody" in reply


async def test_it_asks_which_flow_to_follow_without_a_clear_best():
    both = (sample_flow(score=0.6), sample_flow("other", "Another thing", 0.5))
    opening = await write_text(Kind.CHAT_REPLY, chat_snapshot("it hangs", suggestions=both))
    assert "1. A thing is stuck" in opening
    assert "2. Another thing" in opening
    picked = chat_snapshot("it hangs", opening, "2", suggestions=both)
    assert "This looks like: Another thing." in await write_text(Kind.CHAT_REPLY, picked)


async def test_it_asks_for_information_until_a_flow_fits():
    opening = await write_text(Kind.CHAT_REPLY, chat_snapshot("help"))
    assert "the exact error message" in opening
    later = chat_snapshot("help", opening, "it hangs", suggestions=(sample_flow(),))
    assert "**Who is affected?**" in await write_text(Kind.CHAT_REPLY, later)
