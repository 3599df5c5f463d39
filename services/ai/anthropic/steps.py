"""A guided session's next step: its content while it is written, then the step as a whole."""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import replace

from pydantic import ValidationError

from services.ai.anthropic.messages_client import Caller
from services.ai.anthropic.output_format import Form, form_of
from services.ai.anthropic.output_schemas import StepAnswer, json_in
from services.ai.anthropic.partial_json import ContentReader
from services.ai.anthropic.sse_parser import Input
from services.ai.port import AssistantError, StepChunk, StepDraft, TextChunk, UsageChunk
from services.ai.prompts.prompt import Prompt


class Unreadable(AssistantError):
    """What the model wrote is no step. Asked again, it mostly writes one."""

    is_transient = True
    message = "The assistant's answer could not be read as a step. Try again."


def form(model: str) -> Form:
    return form_of(model, "give_step", "Give the engineer the next step.", StepAnswer)


class Answer:
    """The JSON of a step as it comes, by the call of a tool or as text."""

    def __init__(self) -> None:
        self._is_call = False
        self._begin()

    def _begin(self) -> None:
        self.json = ""
        self._reader = ContentReader()

    def feed(self, piece: TextChunk) -> str:
        """Return what is new of the step's content."""
        if isinstance(piece, Input) and not self._is_call:
            # What came before the call was talk.
            self._begin()
            self._is_call = True
        elif self._is_call and not isinstance(piece, Input):
            return ""
        self.json += piece.text
        return self._reader.feed(piece.text)


async def write_step(
    caller: Caller, prompt: Prompt, written: str
) -> AsyncGenerator[TextChunk | UsageChunk | StepChunk, None]:
    """Raises AssistantError, Unreadable where the answer does not fit the form.

    `written` is what an earlier attempt has shown of the content: the answer holds the rest.
    """
    answer = Answer()
    async with aclosing(caller.stream(prompt, form(caller.model))) as pieces:
        async for piece in pieces:
            match piece:
                case UsageChunk():
                    yield piece
                case TextChunk():
                    if text := answer.feed(piece):
                        yield TextChunk(text)
    yield StepChunk(step_in(answer.json, written))


def step_in(answer: str, written: str) -> StepDraft:
    try:
        step = StepAnswer.model_validate_json(json_in(answer)).as_draft()
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False, include_context=False)[0]
        where = ".".join(str(part) for part in first["loc"])
        raise Unreadable(f"{where}: {first['msg']}".strip(": ")) from None
    content = written + step.content
    if not content.strip():
        raise Unreadable("content: it is empty")
    return replace(step, content=content)
