"""The stream of the offline assistant: words, continuation, redaction."""

from models import GenerationKind as Kind
from services.ai.port import UsageChunk
from tests.services.ai.offline.offline_answers import collect_chunks, write_text
from tests.services.ai.sample_snapshots import (
    chat_snapshot,
    sample_flow,
)


async def test_an_answer_is_streamed_word_by_word_and_costs_nothing():
    first, *rest = await collect_chunks(Kind.CHAT_REPLY, chat_snapshot("it hangs"))
    assert isinstance(first, UsageChunk)
    assert (first.usage.model, first.usage.input_tokens) == ("offline", 0)
    assert len(rest) > 20


async def test_a_broken_off_answer_continues_after_its_last_character():
    snapshot = chat_snapshot("it hangs", suggestions=(sample_flow(),))
    whole = await write_text(Kind.CHAT_REPLY, snapshot)
    rest = await write_text(Kind.CHAT_REPLY, snapshot, written_text=whole[:50])
    assert whole[:50] + rest == whole


async def test_passwords_in_the_session_are_redacted():
    talk = chat_snapshot("help, my password is Hunter2!", "More?", "the password is Hunter2!")
    notes = await write_text(Kind.TICKET_NOTES, talk)
    assert "Hunter2" not in notes
    assert "[redacted]" in notes
