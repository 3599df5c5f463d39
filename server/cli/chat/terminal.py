"""Holds a conversation: reads lines until the user leaves."""

from dataclasses import replace

from server.cli.chat.commands import Leave, handle_line
from server.cli.chat.connection import FAILURES, Endpoint, Refused, execute, explain_failure
from server.cli.chat.conversation import Conversation, SessionType
from server.cli.chat.input_lines import Interrupted, Interrupts, create_reader
from server.cli.chat.one_message import close_output
from server.cli.chat.operations import VIEWER
from server.cli.chat.output import print_error, print_note

#: About a minute, long enough for a restart of the server; Ctrl+C ends it before.
MAX_ATTEMPTS = 30


async def hold_conversation(
    endpoint: Endpoint, session_id: str | None, session_type: SessionType
) -> int:
    """Talk in a session, or in a new one of this type; return the exit status."""
    lasting = replace(endpoint, max_attempts=MAX_ATTEMPTS, report_loss=report_loss)
    try:
        with Interrupts() as interrupts:
            lines = create_reader(interrupts)
            conversation = Conversation(lasting, lines, interrupts, session_type)
            viewer = await execute(endpoint, VIEWER)
            print_note(f"Signed in as {viewer['name']}. /help lists the commands, /quit leaves.")
            if session_id is not None:
                await conversation.handle_interruptibly(conversation.open_session(session_id))
                if conversation.session_id is None:
                    return 1
            else:
                print_note("Describe the problem.")
            await handle_lines(conversation)
    except BrokenPipeError:
        return close_output()
    except Refused as error:
        return print_error(str(error))
    except FAILURES as error:
        return print_error(explain_failure(endpoint, error))
    if conversation.session_id is not None:
        print_note(f"Continue: sessions chat --session {conversation.session_id}")
    return 0


async def handle_lines(conversation: Conversation) -> None:
    """Read and handle lines to the end of the input, or until the user leaves."""
    while True:
        try:
            line = await conversation.lines.read_line()
        except Interrupted:
            print_note("/quit leaves.")
            continue
        if line is None:
            return
        try:
            await conversation.handle_interruptibly(handle_line(conversation, line))
        except Leave:
            return


def report_loss() -> None:
    print_note("\nThe connection was lost. Connecting again ...")
