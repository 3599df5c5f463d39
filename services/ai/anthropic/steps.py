"""The next step of a guided session: its content as it is streamed, then the complete step."""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import replace

from pydantic import ValidationError

from services.ai.anthropic.messages_client import MessagesClient
from services.ai.anthropic.output_format import OutputFormat, select_output_format
from services.ai.anthropic.output_schemas import StepAnswer, cut_text, extract_json_object
from services.ai.anthropic.partial_json import PartialContentReader
from services.ai.anthropic.stream_reader import ToolInput
from services.ai.port import AssistantError, StepChunk, TextChunk, UsageChunk
from services.ai.prompts.prompt import Prompt
from services.flows.flow_tree import StepDraft
from services.input_validation import is_blank


class InvalidStepOutput(AssistantError):
    """The model's output is no valid step. A second attempt usually is one."""

    is_transient = True
    message = "The assistant's answer was not a valid step. Try again."


def step_format(model: str) -> OutputFormat:
    return select_output_format(model, "give_step", "Give the engineer the next step.", StepAnswer)


class StepAccumulator:
    """Collects the JSON of a step, from the arguments of a tool call or from text."""

    def __init__(self) -> None:
        self._is_tool_call = False
        self._reset()

    def _reset(self) -> None:
        self.json = ""
        self._reader = PartialContentReader()

    def feed(self, chunk: TextChunk) -> str:
        """Return the new text of the step's content."""
        if isinstance(chunk, ToolInput) and not self._is_tool_call:
            # Text before a tool call is a preface.
            self._reset()
            self._is_tool_call = True
        elif self._is_tool_call and not isinstance(chunk, ToolInput):
            return ""
        self.json += chunk.text
        return self._reader.feed(chunk.text)


async def stream_step(
    client: MessagesClient, prompt: Prompt, written_text: str
) -> AsyncGenerator[TextChunk | UsageChunk | StepChunk, None]:
    """Stream a step. Raises AssistantError, InvalidStepOutput where the output is no valid step.

    `written_text` is the content that an earlier attempt has shown: the answer holds the rest.
    """
    step = StepAccumulator()
    async with aclosing(client.stream(prompt, step_format(client.model))) as chunks:
        async for chunk in chunks:
            match chunk:
                case UsageChunk():
                    yield chunk
                case TextChunk():
                    if text := step.feed(chunk):
                        yield TextChunk(text)
    yield StepChunk(parse_step(step.json, written_text))


def parse_step(output: str, written_text: str) -> StepDraft:
    try:
        step = StepAnswer.model_validate_json(extract_json_object(output)).to_draft()
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False, include_context=False)[0]
        location = ".".join(str(part) for part in first["loc"])
        raise InvalidStepOutput(f"{location}: {first['msg']}".strip(": ")) from None
    content = written_text + step.content
    if is_blank(content):
        raise InvalidStepOutput("content: it is empty")
    return replace(step, content=cut_text(content))
