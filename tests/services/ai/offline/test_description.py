"""Title, summary and domain."""

from services.ai.offline.assistant import OfflineAssistant
from tests.services.ai.sample_snapshots import (
    chat_snapshot,
    sample_flow,
)


async def test_the_title_is_the_first_sentence_without_the_greeting():
    snapshot = chat_snapshot("Hi team,\nthe printer on floor 2 jams. Since Monday.")
    found = await OfflineAssistant().describe_session(snapshot)
    assert found.title == "The printer on floor 2 jams"
    assert found.summary == "the printer on floor 2 jams. Since Monday."
    assert found.domain is None


async def test_the_domain_is_that_of_the_best_flow():
    snapshot = chat_snapshot("it hangs", suggestions=(sample_flow(),))
    assert (await OfflineAssistant().describe_session(snapshot)).domain == "Testing"
