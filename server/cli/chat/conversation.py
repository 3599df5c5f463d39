"""`sessions chat` without a text: a conversation in the terminal."""

import asyncio
from contextlib import suppress
from functools import partial
from typing import Any, Literal
from uuid import uuid4

from gql import GraphQLRequest

from server.cli.chat.answers import print_answer
from server.cli.chat.connection import FAILURES, Endpoint, Refused, execute, explain_failure
from server.cli.chat.input_lines import Interrupted, Interrupts, LineReader
from server.cli.chat.operations import (
    CREATE_SESSION,
    LOAD_SESSION,
    REGENERATE,
    RESPOND_TO_STEP,
    SEND_MESSAGE,
    STOP_GENERATION,
)
from server.cli.chat.output import print_error, print_note, print_text
from server.cli.chat.steps import parse_answer, print_step

SessionType = Literal["CHAT", "GUIDED"]
Generation = dict[str, Any]
Step = dict[str, Any]


class Conversation:
    """The session that is talked in, and the answer that is being printed."""

    def __init__(
        self,
        endpoint: Endpoint,
        lines: LineReader,
        interrupts: Interrupts,
        session_type: SessionType = "CHAT",
    ) -> None:
        self.endpoint = endpoint
        self.lines = lines
        self.session_type = session_type
        self.session_id: str | None = None
        #: The current step of a guided session.
        self.step: Step | None = None
        self._interrupts = interrupts
        self._printing: Generation | None = None
        self._stopping: asyncio.Task[None] | None = None
        #: Also of answers that are no longer printed.
        self._stops: set[asyncio.Task[None]] = set()
        #: Requests whose outcome is unknown, and their idempotency keys.
        self._unsettled: dict[str, str] = {}

    def begin_new(self, session_type: SessionType) -> None:
        """The next line describes the problem of a new session."""
        self.session_type, self.session_id, self.step = session_type, None, None

    async def open_session(self, session_id: str) -> None:
        """Print where a session stands, and the answer that is being written. Raises Refused."""
        session = await execute(self.endpoint, LOAD_SESSION, id=session_id)
        if session is None:
            raise Refused("There is no such session.")
        self.session_id = session["id"]
        self.session_type = "CHAT" if session["__typename"] == "ChatSession" else "GUIDED"
        print_note(f"{session['displayTitle']} ({session['status'].lower()})")
        for edge in session.get("messages", {}).get("edges", ()):
            mark = "> " if edge["node"]["role"] == "USER" else ""
            print_text(f"{mark}{edge['node']['content']}\n")
        if generation := session["activeGeneration"]:
            print_text(generation["text"])
            await self.print_generation(generation)
        elif self.session_type == "GUIDED":
            self.show_step(session["currentStep"])

    async def take(self, line: str) -> None:
        """Send a line: the problem of a new session, a message, or the answer to a step."""
        if self.session_id is None:
            created = await self.submit(CREATE_SESSION, type=self.session_type, text=line)
            self.session_id = created["session"]["id"]
            await self.show_next(created)
        elif self.session_type == "CHAT":
            sent = await self.submit(
                SEND_MESSAGE, session=self.session_id, text=line, whenBusy="ENQUEUE"
            )
            await self.print_generation(sent["generation"])
        elif self.step is None:
            raise Refused("No step waits for an answer. /again asks for one, /resolve closes.")
        else:
            await self.respond(self.step, parse_answer(self.step, line))

    async def respond(self, step: Step, answer: dict[str, Any]) -> None:
        """Answer a step, and show the one that follows."""
        responded = await self.submit(
            RESPOND_TO_STEP, session=self.session_id, step=step["id"], answer=answer
        )
        self.step = None
        await self.show_next(responded)

    async def regenerate(self) -> None:
        """Have the last answer written again."""
        begun = await self.submit(REGENERATE, session=self.session_id)
        await self.print_generation(begun["generation"])

    async def show_next(self, started: dict[str, Any]) -> None:
        """What has followed: an answer that is being written, or the step of a flow."""
        if generation := started["generation"]:
            await self.print_generation(generation)
        else:
            self.show_step(started["session"].get("currentStep"))

    def show_step(self, step: Step | None, printed: str = "") -> None:
        is_open = step is not None and step["answer"] is None
        self.step = step if is_open else None
        if step is not None and is_open:
            print_step(step, printed)
        else:
            print_note("All steps are answered. /resolve closes the session.")

    async def submit(self, operation: GraphQLRequest, **variables: Any) -> Any:
        """Execute with an idempotency key. If its outcome stays unknown, the same request has the
        same key when the user sends it again."""
        request = repr((operation.document, variables))
        key = self._unsettled.setdefault(request, str(uuid4()))
        try:
            value = await execute(self.endpoint, operation, key=key, **variables)
        except Refused:
            del self._unsettled[request]
            raise
        self._unsettled.clear()
        return value

    async def print_generation(self, generation: Generation) -> None:
        """Print an answer to its end; Ctrl+C stops it."""
        if generation["status"] == "QUEUED":
            print_note("The message waits for the running answer to end.")
        self._printing = generation
        try:
            answer = await print_answer(self.endpoint, generation)
            if self._stopping is not None:
                self._stopping.cancel()
        finally:
            # Who leaves an answer that is being stopped still wants it stopped.
            self._printing = self._stopping = None
            print_text("\n")
        event = answer.last_event or {}
        if reason := answer.reason:
            print_error(reason) if "retryable" in event else print_note(reason)
            if event.get("retryable") or generation["kind"] == "GUIDED_STEP":
                print_note("/again has it written again.")
        elif step := event.get("step"):
            self.show_step(step, answer.text)

    async def handle_interruptibly(self, work: Any) -> Any:
        """Await what a line has begun; None if it failed or Ctrl+C ended it."""
        task = asyncio.ensure_future(work)
        with self._interrupts.calling(partial(self._interrupt, task)):
            try:
                return await task
            except asyncio.CancelledError:
                print_note("Left off. What was sent may still be answered.")
            except Interrupted:
                print_note("Nothing was sent.")
            except BrokenPipeError:
                raise
            except Refused as error:
                print_error(str(error))
            except FAILURES as error:
                print_error(explain_failure(self.endpoint, error))
        return None

    def _interrupt(self, task: asyncio.Task[Any]) -> None:
        """Ctrl+C: stop the answer; where that is under way or there is none, leave off."""
        if self._printing is not None and self._stopping is None:
            self._stopping = asyncio.create_task(self._stop(self._printing["id"]))
            self._stops.add(self._stopping)
            self._stopping.add_done_callback(self._stops.discard)
        else:
            task.cancel()

    async def _stop(self, generation_id: str) -> None:
        # The end of the answer says whether it was stopped; a second Ctrl+C leaves it in any case.
        with suppress(Refused, *FAILURES):
            await execute(self.endpoint, STOP_GENERATION, generation=generation_id)
