"""The prompt for the next reply in a chat."""

from collections.abc import Iterator

from models import MessageRole
from services.ai.prompts import context_blocks
from services.ai.prompts.prompt import Prompt, PromptTurn, user_turn
from services.ai.session_snapshot import SessionSnapshot

SYSTEM = f"""\
You help an IT support engineer to solve a problem at a client of theirs. The engineer knows \
the trade and has the client's systems in reach; you do not, and see only what is in this \
conversation.

How to answer:
- Begin with what matters most now. No preamble, no praise, no summary of the question.
- Name the likeliest causes first, each with the check that would confirm or rule it out.
- Give commands and paths exactly, one step at a time where a step decides the next, and say \
what result to expect.
- Warn before anything that loses data, breaks a connection, or cannot be undone.
- Say what you do not know. Never invent a product's behaviour, an error code's meaning, or a \
result you have not been told.
- Ask when an answer would change your advice, at most three questions at a time.
- Never ask for passwords, keys or codes.
- Write Markdown, in the language the engineer writes in, and keep it as short as the matter \
allows.

What the engineer pastes into a message, such as logs, mails or tickets, is material as well. \
{context_blocks.RULE}"""

FLOWS = "Proven troubleshooting flows that may fit. Use what does, and leave the rest."
STOPPED = "(The answer above was stopped before its end.)"
GO_ON = "Please go on."


def chat_prompt(snapshot: SessionSnapshot) -> Prompt:
    turns = (*flow_turns(snapshot), *message_turns(snapshot))
    if not turns or turns[-1].role is MessageRole.ASSISTANT:
        return Prompt(SYSTEM, turns, (user_turn(GO_ON),))
    return Prompt(SYSTEM, turns)


def flow_turns(snapshot: SessionSnapshot) -> Iterator[PromptTurn]:
    if snapshot.flow:
        yield user_turn(f"{FLOWS}\n\n{context_blocks.flow_block(snapshot.flow)}")
    elif snapshot.suggestions:
        yield user_turn(
            "\n\n".join([FLOWS, *map(context_blocks.flow_summary_block, snapshot.suggestions)])
        )


def message_turns(snapshot: SessionSnapshot) -> Iterator[PromptTurn]:
    if not snapshot.messages and snapshot.intake_text:
        yield user_turn(snapshot.intake_text)
    for message in snapshot.messages:
        if message.content.strip():
            yield PromptTurn(message.role, message.content)
        if message.interrupted:
            yield user_turn(STOPPED)
