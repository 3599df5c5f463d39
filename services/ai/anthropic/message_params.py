"""A prompt as the Messages API takes it, with the marks up to where it may be cached."""

from itertools import groupby

from anthropic.types import MessageParam, TextBlockParam

from services.ai.prompts.prompt import Prompt


def system_of(prompt: Prompt) -> list[TextBlockParam]:
    return [marked(text_block(prompt.system))]


def messages_of(prompt: Prompt) -> list[MessageParam]:
    """Neighbouring turns of one role become blocks of one message. The first and the last of
    the lasting turns are marked: what opens a session, and all that was said in it so far."""
    turns = [*prompt.lasting, *prompt.fresh]
    blocks = [text_block(turn.text) for turn in turns]
    for index in {0, len(prompt.lasting) - 1} if prompt.lasting else ():
        marked(blocks[index])
    by_role = groupby(zip(turns, blocks, strict=True), key=lambda pair: pair[0].role)
    return [
        {"role": role.value, "content": [block for _, block in pairs]} for role, pairs in by_role
    ]


def text_block(text: str) -> TextBlockParam:
    return {"type": "text", "text": text}


def marked(block: TextBlockParam) -> TextBlockParam:
    block["cache_control"] = {"type": "ephemeral"}
    return block
