"""What a line that begins with a slash does in a conversation."""

import re
from collections.abc import Awaitable, Callable

from server.cli.chat.connection import Refused
from server.cli.chat.conversation import Conversation
from server.cli.chat.operations import ESCALATE, RESOLVE
from server.cli.chat.output import print_note, print_text

HELP = """\
/resolve [TEXT]      close the session as solved, and write the ticket notes
/escalate [REASON]   hand the session over, and write the package for whoever takes it
/new [chat|guided]   begin another session with the next line
/skip                skip the step of a guided session
/again               have the last answer written again
/help                show this
/quit                leave; so does the end of the input (Ctrl+D)

Ctrl+C stops an answer and keeps what is written. A line that begins with // is sent with one /."""

COMMAND = re.compile(r"/(\w+)(?:\s+(.*))?$", re.DOTALL)


class Leave(Exception):
    """The user ends the conversation."""


async def handle_line(conversation: Conversation, line: str) -> None:
    """Do what a line says. Raises Leave, Interrupted, Refused and FAILURES."""
    line = line.strip()
    if command := COMMAND.match(line):
        await run_command(conversation, command[1].lower(), (command[2] or "").strip())
    elif line:
        await conversation.take(line.removeprefix("/") if line.startswith("//") else line)


async def run_command(conversation: Conversation, name: str, text: str) -> None:
    if name not in COMMANDS:
        raise Refused(f"There is no command /{name}. /help lists them.")
    await COMMANDS[name](conversation, text)


async def resolve(conversation: Conversation, text: str) -> None:
    session_id = require_session(conversation)
    if not text and conversation.session_type == "CHAT":
        text = await ask(conversation, "How was it solved? ")
    resolved = await conversation.submit(RESOLVE, session=session_id, summary=text or None)
    conversation.step = None
    for generation in resolved["generations"]:
        await print_document(conversation, generation)
    print_note("The session is resolved. /new begins another.")


async def escalate(conversation: Conversation, text: str) -> None:
    session_id = require_session(conversation)
    reason = text or await ask(conversation, "Why is it handed over? ")
    escalated = await conversation.submit(ESCALATE, session=session_id, reason=reason)
    conversation.step = None
    if generation := escalated["generation"]:
        await print_document(conversation, generation)
    print_note("The session waits for somebody to claim it. /new begins another.")


async def print_document(conversation: Conversation, generation: dict[str, str]) -> None:
    print_note(f"{generation['kind'].replace('_', ' ').capitalize()}:")
    await conversation.print_generation(generation)


async def begin_new(conversation: Conversation, text: str) -> None:
    kinds = {"chat": "CHAT", "guided": "GUIDED", "": conversation.session_type}
    if text.lower() not in kinds:
        raise Refused("Say /new, /new chat or /new guided; the next line describes the problem.")
    conversation.begin_new("GUIDED" if kinds[text.lower()] == "GUIDED" else "CHAT")
    print_note("Describe the problem.")


async def skip(conversation: Conversation, text: str) -> None:
    if conversation.step is None:
        raise Refused("No step waits for an answer.")
    await conversation.respond(conversation.step, {"skip": True})


async def regenerate(conversation: Conversation, text: str) -> None:
    require_session(conversation)
    await conversation.regenerate()


async def show_help(conversation: Conversation, text: str) -> None:
    print_text(f"{HELP}\n")


async def leave(conversation: Conversation, text: str) -> None:
    raise Leave


def require_session(conversation: Conversation) -> str:
    if conversation.session_id is None:
        raise Refused("There is no session yet: describe the problem first.")
    return conversation.session_id


async def ask(conversation: Conversation, question: str) -> str:
    """Raises Refused without an answer."""
    answer = await conversation.lines.read_line(question)
    if not (answer or "").strip():
        raise Refused("Nothing was entered, so nothing was done.")
    return str(answer).strip()


COMMANDS: dict[str, Callable[[Conversation, str], Awaitable[None]]] = {
    "resolve": resolve,
    "escalate": escalate,
    "new": begin_new,
    "skip": skip,
    "again": regenerate,
    "help": show_help,
    "quit": leave,
    "exit": leave,
}
