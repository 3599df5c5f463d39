"""Steps of a guided session, by a forced tool call or by structured output."""

import json

import pytest

from models import ErrorCode, StepType
from services.ai.anthropic.steps import InvalidStepOutput
from services.ai.port import TextChunk
from services.flows import flow_tree
from services.flows.flow_tree import StepOption
from tests.fakes.messages_reply import Reply
from tests.services.ai.collected_answer import STEP_JSON, collect_step

ACCEPTS_FORCED_TOOLS = "claude-sonnet-5"
REJECTS_FORCED_TOOLS = "claude-sonnet-5-5"


@pytest.fixture(params=[ACCEPTS_FORCED_TOOLS, REJECTS_FORCED_TOOLS, "model-of-another-vendor"])
def claude(request, make_assistant):
    return make_assistant(model=request.param)


def written(**changes) -> str:
    return json.dumps(STEP_JSON | changes)


async def test_a_step_is_requested_by_a_forced_tool_call_with_a_schema(
    make_assistant, messages_api
):
    await collect_step(make_assistant(model=ACCEPTS_FORCED_TOOLS))
    body = messages_api.last.body
    [tool] = body["tools"]
    assert body["tool_choice"]["name"] == tool["name"] == "give_step"
    assert body["tool_choice"]["disable_parallel_tool_use"] is True
    assert set(tool["input_schema"]["properties"]) == set(STEP_JSON)
    assert tool["eager_input_streaming"] is True


async def test_models_that_reject_forced_tools_get_structured_output(make_assistant, messages_api):
    await collect_step(make_assistant(model=REJECTS_FORCED_TOOLS))
    body = messages_api.last.body
    assert "tools" not in body
    assert body["output_config"]["format"]["type"] == "json_schema"


async def test_models_of_other_vendors_get_no_options_of_claude(make_assistant, messages_api):
    await collect_step(make_assistant(model="model-of-another-vendor"))
    assert set(messages_api.last.body["tools"][0]) == {"name", "description", "input_schema"}
    assert "output_config" not in messages_api.last.body


async def test_a_suggested_resolution_has_the_two_known_answers(claude, messages_api):
    own = [{"label": "Yes, fixed", "value": "fixed"}]
    suggested = {"step_type": "resolution_suggestion", "options": own, "allow_skip": True}
    messages_api.enqueue(written(**suggested))
    step = (await collect_step(claude)).step
    assert step.options == (flow_tree.SOLVED, flow_tree.NOT_SOLVED)
    assert not step.allow_skip


async def test_the_answer_becomes_a_step(claude, messages_api):
    messages_api.enqueue(written())
    step = (await collect_step(claude)).step
    assert step.step_type is StepType.QUESTION
    assert step.content == STEP_JSON["content"]
    assert step.context_message == "It tells a hang from a fault."
    assert step.options == (
        StepOption("yes", "It blinks", "Restart it"),
        StepOption("no", "It is dark", None),
    )
    assert (step.allow_free_text, step.allow_skip) == (True, False)
    assert (step.expected_outcome, step.confidence) == (None, 0.5)


async def test_the_content_is_streamed_while_the_json_is_incomplete(claude, messages_api):
    messages_api.enqueue(Reply(chunks=list(written())))
    answer = await collect_step(claude)
    assert answer.text == answer.step.content
    assert sum(isinstance(chunk, TextChunk) for chunk in answer.chunks) > 20


async def test_text_before_the_tool_call_is_not_part_of_the_step(make_assistant, messages_api):
    messages_api.enqueue(Reply(written(), preface='Here: {"content": "not this"}'))
    answer = await collect_step(make_assistant(model=ACCEPTS_FORCED_TOOLS))
    assert answer.step.content == STEP_JSON["content"]
    assert "not this" not in answer.step.content


async def test_text_around_the_json_is_ignored(make_assistant, messages_api):
    messages_api.enqueue(f"Here you are:\n```json\n{written()}\n```")
    answer = await collect_step(make_assistant(model=REJECTS_FORCED_TOOLS))
    assert answer.text == answer.step.content == STEP_JSON["content"]


async def test_a_step_without_options_allows_free_text(claude, messages_api):
    messages_api.enqueue(written(options=[], allow_free_text=False))
    assert (await collect_step(claude)).step.allow_free_text


async def test_nullable_fields_may_be_missing(claude, messages_api):
    needed = ("step_type", "content", "options", "allow_free_text", "allow_skip")
    messages_api.enqueue(json.dumps({name: STEP_JSON[name] for name in needed}))
    assert (await collect_step(claude)).step.confidence is None


@pytest.mark.parametrize(
    "bad",
    [
        pytest.param(written(step_type="dance"), id="unknown type"),
        pytest.param(written(content="  "), id="empty content"),
        pytest.param(written(content=None), id="no content"),
        pytest.param(written(options=[{"label": "", "value": "a"}]), id="option without label"),
        pytest.param(written(options=STEP_JSON["options"][:1] * 2), id="two options alike"),
        pytest.param(written(confidence=7), id="confidence out of range"),
        pytest.param(written()[:-40], id="cut JSON"),
        pytest.param("[1, 2]", id="no object"),
        pytest.param("I would rather not.", id="no JSON"),
    ],
)
async def test_output_that_is_no_step_fails_and_is_retryable(claude, messages_api, bad):
    messages_api.enqueue(Reply(bad))
    answer = await collect_step(claude)
    assert isinstance(answer.error, InvalidStepOutput)
    assert answer.error.is_retryable
    assert answer.error.code is ErrorCode.ASSISTANT_UNAVAILABLE
    assert len(messages_api.requests) == 1


async def test_invalid_output_is_accounted_for(claude, messages_api):
    messages_api.enqueue(Reply("no step"))
    assert (await collect_step(claude)).usages[-1].output_tokens == 50


async def test_a_step_continues_after_its_written_text(claude, messages_api):
    messages_api.enqueue(written(content=" light blink?"))
    answer = await collect_step(claude, written_text="Does the")
    *_, mine, last = messages_api.last.messages
    assert (mine["role"], last["role"]) == ("assistant", "user")
    assert mine["content"][0]["text"] == "Does the"
    assert answer.text == " light blink?"
    assert answer.step.content == "Does the light blink?"


async def test_a_step_that_was_written_completely_may_continue_with_nothing(claude, messages_api):
    messages_api.enqueue(written(content=""))
    assert (await collect_step(claude, written_text="Restart it.")).step.content == "Restart it."


async def test_characters_that_postgres_rejects_are_replaced(claude, messages_api):
    messages_api.enqueue(written(content="a\x00b", expected_outcome="\x00"))
    step = (await collect_step(claude)).step
    assert (step.content, step.expected_outcome) == ("a\ufffdb", "\ufffd")
