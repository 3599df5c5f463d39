"""Prompts: deterministic, with a prefix that the provider can cache."""

from dataclasses import replace

import pytest

from models import GenerationKind as Kind
from models import MessageRole
from services.ai.prompts import context_blocks
from tests.services.ai.prompts.prompt_texts import DOCUMENTS, prompt_of
from tests.services.ai.sample_snapshots import (
    ASKED,
    RESTARTED,
    chat_snapshot,
    guided_snapshot,
    sample_flow,
)

KINDS = list(Kind)


@pytest.mark.parametrize("kind", KINDS)
def test_two_sessions_share_the_system_prompt(kind):
    other = guided_snapshot(intake_text="Another thing", engineer="Ben", ticket_id="T-1")
    assert prompt_of(kind).system == prompt_of(kind, other).system


@pytest.mark.parametrize("kind", KINDS)
def test_the_same_snapshot_gives_the_same_prompt(kind):
    assert prompt_of(kind, guided_snapshot(ASKED)) == prompt_of(kind, guided_snapshot(ASKED))


def test_the_next_chat_prompt_begins_with_the_last_one():
    first = prompt_of(Kind.CHAT_REPLY, chat_snapshot("It hangs", suggestions=(sample_flow(),)))
    later = chat_snapshot("It hangs", "Since when?", "Monday", suggestions=(sample_flow(),))
    assert begins_with(prompt_of(Kind.CHAT_REPLY, later), first)


def test_the_next_guided_prompt_begins_with_the_last_one():
    flow = sample_flow()
    first = prompt_of(Kind.GUIDED_STEP, guided_snapshot(ASKED, flow=flow, log_text="a log"))
    later = guided_snapshot(ASKED, RESTARTED, flow=flow, log_text="a log")
    assert begins_with(prompt_of(Kind.GUIDED_STEP, later), first)


def test_all_documents_of_a_session_share_all_but_the_instruction():
    prompts = [prompt_of(kind) for kind in DOCUMENTS]
    assert len({prompt.system for prompt in prompts}) == 1
    assert len({prompt.lasting for prompt in prompts}) == 1
    assert len({prompt.fresh for prompt in prompts}) == len(prompts)


def test_the_order_of_a_flows_keys_does_not_matter():
    tree = sample_flow().tree
    reversed_flow = replace(sample_flow(), tree=dict(reversed(tree.items())))
    assert context_blocks.flow_block(reversed_flow) == context_blocks.flow_block(sample_flow())


def test_a_chat_keeps_the_roles_of_its_messages():
    prompt = prompt_of(Kind.CHAT_REPLY, chat_snapshot("It hangs", "Since when?", "Monday"))
    assert [turn.role for turn in prompt.lasting] == [
        MessageRole.USER,
        MessageRole.ASSISTANT,
        MessageRole.USER,
    ]


@pytest.mark.parametrize("kind", KINDS)
def test_a_continued_answer_extends_the_prompt_of_the_first_attempt(kind):
    first, continued = prompt_of(kind), prompt_of(kind, written_text="The first half, ")
    assert (continued.system, continued.lasting) == (first.system, first.lasting)
    assert continued.fresh[: len(first.fresh)] == first.fresh
    answer, instruction = continued.fresh[len(first.fresh) :]
    assert (answer.role, answer.text) == (MessageRole.ASSISTANT, "The first half, ")
    assert instruction.role is MessageRole.USER


@pytest.mark.parametrize("kind", KINDS)
def test_an_attempt_without_text_is_not_continued(kind):
    assert prompt_of(kind, written_text=" \n") == prompt_of(kind)


def begins_with(later, first) -> bool:
    return later.system == first.system and later.lasting[: len(first.lasting)] == first.lasting
