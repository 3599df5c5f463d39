"""Errors of the assistant's provider: retried, or the end of the answer."""

import pytest

from services.ai.port import ProviderDisconnected
from tests.operations import (
    create,
    ending,
    get,
)


async def test_a_failure_that_passes_costs_a_pause_and_not_the_answer(api, assistant):
    assistant.enqueue("The first half, ", error=ProviderDisconnected())
    assistant.enqueue("the second half.")
    created = await create(api, "CHAT", "it hangs")
    ended = await ending(api, created["generation"]["id"])
    assert ended["text"] == "The first half, the second half."
    assert assistant.requests[-1].written_text == "The first half, "
    used = await api.data(
        "query U($id: ID!) { generation(id: $id) { usage { inputTokens outputTokens } } }",
        id=created["generation"]["id"],
    )
    assert used["generation"]["usage"] == {"inputTokens": 20, "outputTokens": 10}


async def test_a_failure_that_stays_ends_the_answer_with_its_code_and_keeps_the_text(
    api, assistant
):
    for _ in range(3):
        assistant.enqueue("more ", error=ProviderDisconnected())
    created = await create(api, "CHAT", "it hangs")
    ended = await ending(api, created["generation"]["id"])
    assert (ended["__typename"], ended["code"], ended["retryable"]) == (
        "GenerationFailed",
        "ASSISTANT_UNAVAILABLE",
        True,
    )
    kept = (await get(api, created["session"]["id"]))["messages"]["edges"][-1]["node"]
    assert (kept["content"], kept["interrupted"]) == ("more more more ", True)


@pytest.mark.parametrize("text", ["", " \n\u200b"])
async def test_an_empty_answer_is_a_failure_that_says_so(api, assistant, text):
    """Thinking without an answer, for one."""
    assistant.enqueue(text)
    created = await create(api, "CHAT", "it hangs")
    ended = await ending(api, created["generation"]["id"])
    assert (ended["__typename"], ended["retryable"]) == ("GenerationFailed", True)
    assert "empty" in ended["reason"]
    messages = (await get(api, created["session"]["id"]))["messages"]["edges"]
    assert [edge["node"]["content"] for edge in messages] == ["it hangs"]
