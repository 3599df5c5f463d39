"""Steps of a guided session: by the call of a tool, or as a structured output."""

import json

import pytest

from models import ErrorCode, StepType
from services.ai.anthropic.partial_json import ContentReader
from services.ai.anthropic.steps import Unreadable
from services.ai.port import StepOption, TextChunk
from services.flows import traversal
from tests.fakes.messages_api import Reply
from tests.services.ai.asking import STEP, ask_step

CALLS_TOOLS = "claude-sonnet-5"
REFUSES_TO_BE_FORCED = "claude-sonnet-5-5"


@pytest.fixture(params=[CALLS_TOOLS, REFUSES_TO_BE_FORCED, "model-of-another-vendor"])
def claude(request, make):
    return make(model=request.param)


def written(**changes) -> str:
    return json.dumps(STEP | changes)


async def test_a_step_is_asked_for_by_a_tool_with_a_schema(make, messages_api):
    await ask_step(make(model=CALLS_TOOLS))
    body = messages_api.last.body
    [tool] = body["tools"]
    assert body["tool_choice"]["name"] == tool["name"] == "give_step"
    assert body["tool_choice"]["disable_parallel_tool_use"] is True
    assert set(tool["input_schema"]["properties"]) == set(STEP)
    assert tool["eager_input_streaming"] is True


async def test_models_that_refuse_a_forced_tool_give_a_structured_output(make, messages_api):
    await ask_step(make(model=REFUSES_TO_BE_FORCED))
    body = messages_api.last.body
    assert "tools" not in body
    assert body["output_config"]["format"]["type"] == "json_schema"


async def test_other_vendors_models_are_not_told_of_claudes_options(make, messages_api):
    await ask_step(make(model="model-of-another-vendor"))
    assert set(messages_api.last.body["tools"][0]) == {"name", "description", "input_schema"}
    assert "output_config" not in messages_api.last.body


async def test_whether_it_has_helped_is_answered_in_words_that_are_known(claude, messages_api):
    own = [{"label": "Yes, fixed", "value": "fixed"}]
    suggested = {"step_type": "resolution_suggestion", "options": own, "allow_skip": True}
    messages_api.enqueue(written(**suggested))
    step = (await ask_step(claude)).step
    assert step.options == (traversal.SOLVED, traversal.NOT_SOLVED)
    assert not step.allow_skip


async def test_the_answer_becomes_a_step(claude, messages_api):
    messages_api.enqueue(written())
    step = (await ask_step(claude)).step
    assert step.step_type is StepType.QUESTION
    assert step.content == STEP["content"]
    assert step.context_message == "It tells a hang from a fault."
    assert step.options == (
        StepOption("yes", "It blinks", "Restart it"),
        StepOption("no", "It is dark", None),
    )
    assert (step.allow_free_text, step.allow_skip) == (True, False)
    assert (step.expected_outcome, step.confidence) == (None, 0.5)


async def test_the_content_is_shown_while_the_json_is_written(claude, messages_api):
    messages_api.enqueue(Reply(chunks=list(written())))
    answer = await ask_step(claude)
    assert answer.text == answer.step.content
    assert sum(isinstance(piece, TextChunk) for piece in answer.pieces) > 20


async def test_talk_before_the_call_is_not_shown(make, messages_api):
    messages_api.enqueue(Reply(written(), preface='Here: {"content": "not this"}'))
    answer = await ask_step(make(model=CALLS_TOOLS))
    assert answer.step.content == STEP["content"]
    assert "not this" not in answer.step.content


async def test_words_around_the_json_do_no_harm(make, messages_api):
    messages_api.enqueue(f"Here you are:\n```json\n{written()}\n```")
    answer = await ask_step(make(model=REFUSES_TO_BE_FORCED))
    assert answer.text == answer.step.content == STEP["content"]


async def test_a_step_without_options_can_be_answered_in_words(claude, messages_api):
    messages_api.enqueue(written(options=[], allow_free_text=False))
    assert (await ask_step(claude)).step.allow_free_text


async def test_what_may_be_null_may_be_missing(claude, messages_api):
    needed = ("step_type", "content", "options", "allow_free_text", "allow_skip")
    messages_api.enqueue(json.dumps({name: STEP[name] for name in needed}))
    assert (await ask_step(claude)).step.confidence is None


@pytest.mark.parametrize(
    "bad",
    [
        pytest.param(written(step_type="dance"), id="unknown type"),
        pytest.param(written(content="  "), id="empty content"),
        pytest.param(written(content=None), id="no content"),
        pytest.param(written(options=[{"label": "", "value": "a"}]), id="option without label"),
        pytest.param(written(options=STEP["options"][:1] * 2), id="two options alike"),
        pytest.param(written(confidence=7), id="confidence out of range"),
        pytest.param(written()[:-40], id="cut JSON"),
        pytest.param("[1, 2]", id="no object"),
        pytest.param("I would rather not.", id="no JSON"),
    ],
)
async def test_an_answer_that_is_no_step_fails_and_may_be_asked_again(claude, messages_api, bad):
    messages_api.enqueue(Reply(bad))
    answer = await ask_step(claude)
    assert isinstance(answer.error, Unreadable)
    assert answer.error.is_retryable
    assert answer.error.code is ErrorCode.ASSISTANT_UNAVAILABLE
    assert len(messages_api.requests) == 1


async def test_an_unreadable_answer_is_paid_for_all_the_same(claude, messages_api):
    messages_api.enqueue(Reply("no step"))
    assert (await ask_step(claude)).usages[-1].output_tokens == 50


async def test_a_step_goes_on_behind_what_was_shown_of_it(claude, messages_api):
    messages_api.enqueue(written(content=" light blink?"))
    answer = await ask_step(claude, written_text="Does the")
    *_, mine, last = messages_api.last.messages
    assert (mine["role"], last["role"]) == ("assistant", "user")
    assert mine["content"][0]["text"] == "Does the"
    assert answer.text == " light blink?"
    assert answer.step.content == "Does the light blink?"


async def test_a_step_that_was_shown_whole_may_go_on_with_nothing(claude, messages_api):
    messages_api.enqueue(written(content=""))
    assert (await ask_step(claude, written_text="Restart it.")).step.content == "Restart it."


async def test_what_no_database_holds_is_replaced(claude, messages_api):
    messages_api.enqueue(written(content="a\x00b", expected_outcome="\x00"))
    step = (await ask_step(claude)).step
    assert (step.content, step.expected_outcome) == ("a\ufffdb", "\ufffd")


@pytest.mark.parametrize("text", [STEP["content"], 'q"\\/\b\f\n\r\t', "ä\u2028\N{FIRE}", ""])
@pytest.mark.parametrize("is_ascii", [True, False])
def test_the_reader_reads_any_string_from_single_characters(text, is_ascii):
    reader = ContentReader()
    whole = json.dumps({"before": '"content": "no"', "content": text}, ensure_ascii=is_ascii)
    assert "".join(map(reader.feed, whole)) == text
