"""Guided steps without an active flow."""

from dataclasses import replace

from models import StepType
from tests.services.ai.offline.offline_answers import write_step
from tests.services.ai.sample_snapshots import (
    ASKED,
    guided_snapshot,
    sample_flow,
)


async def test_without_a_flow_the_step_asks_for_one():
    several = (sample_flow(score=0.35), sample_flow("other", "Another thing", 0.3))
    draft = await write_step(guided_snapshot(suggestions=several))
    assert draft.step_type is StepType.QUESTION
    assert [o.value for o in draft.options] == ["flow:stuck-thing", "flow:other", "none"]
    assert "No language model" in draft.context_message


async def test_without_a_fitting_flow_it_asks_for_information_and_then_suggests_escalation():
    draft = await write_step(guided_snapshot())
    assert draft.step_type is StepType.INFO_REQUEST
    asked = replace(ASKED, step_type=StepType.INFO_REQUEST, flow_node_id=None)
    last = await write_step(guided_snapshot(asked))
    assert last.step_type is StepType.RESOLUTION_SUGGESTION
    assert "escalate" in last.content


async def test_a_flow_is_offered_only_once():
    offered = replace(ASKED, options=("A thing is stuck", "None of these"), flow_node_id=None)
    draft = await write_step(guided_snapshot(offered, suggestions=(sample_flow(score=0.3),)))
    assert draft.step_type is StepType.INFO_REQUEST
