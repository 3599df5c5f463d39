"""`sessions chat TEXT`: sends one message and prints the answer."""

import os
import sys
from typing import Any
from uuid import uuid4

import typer

from server.cli.chat.answers import print_answer
from server.cli.chat.connection import FAILURES, Endpoint, Refused, execute, explain_failure
from server.cli.chat.operations import CREATE_SESSION, SEND_MESSAGE
from server.cli.chat.output import print_error, print_text


async def run_chat(endpoint: Endpoint, text: str, session_id: str | None) -> int:
    """Send a message and print the answer as it is written; return the exit status."""
    try:
        started = await submit_message(endpoint, text, session_id)
        answer = await print_answer(endpoint, started["generation"])
    except Refused as error:
        return print_error(str(error))
    except BrokenPipeError:
        return close_output()
    except FAILURES as error:
        return print_error(explain_failure(endpoint, error))
    print_text("\n")
    status = print_error(answer.reason) if answer.reason else 0
    typer.secho(f"\nContinue: sessions chat --session {started['session']['id']} '...'", err=True)
    return status


def close_output() -> int:
    """The reader of this program's output, such as `head`, has enough."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 1


async def submit_message(endpoint: Endpoint, text: str, session_id: str | None) -> Any:
    """Send with an idempotency key, so that a retry after a disconnect has no second effect."""
    variables = {"text": text, "key": str(uuid4())}
    if session_id is None:
        return await execute(endpoint, CREATE_SESSION, type="CHAT", **variables)
    return await execute(endpoint, SEND_MESSAGE, session=session_id, whenBusy="REJECT", **variables)
