"""Converts a prompt to parameters of the Messages API, with its cache breakpoints."""

from itertools import groupby

from anthropic.types import MessageParam, TextBlockParam

from services.ai.prompts.prompt import Prompt


def system_blocks(prompt: Prompt) -> list[TextBlockParam]:
    return [mark_cacheable(text_block(prompt.system))]


def message_list(prompt: Prompt) -> list[MessageParam]:
    """Adjacent turns of one role become blocks of one message. Cache breakpoints are at the first
    and the last of the lasting turns: the start of the session, and its end so far."""
    turns = [*prompt.lasting, *prompt.fresh]
    blocks = [text_block(turn.text) for turn in turns]
    for index in {0, len(prompt.lasting) - 1} if prompt.lasting else ():
        mark_cacheable(blocks[index])
    by_role = groupby(zip(turns, blocks, strict=True), key=lambda pair: pair[0].role)
    return [
        {"role": role.value, "content": [block for _, block in pairs]} for role, pairs in by_role
    ]


def text_block(text: str) -> TextBlockParam:
    return {"type": "text", "text": text}


def mark_cacheable(block: TextBlockParam) -> TextBlockParam:
    block["cache_control"] = {"type": "ephemeral"}
    return block
