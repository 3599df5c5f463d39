"""A guided session's next step: its content while it is written, then the step as a whole."""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import replace

from anthropic.types import OutputConfigParam
from pydantic import ValidationError

from models import MessageRole, StepType
from services.ai import Spent, StepDraft, StepWritten, Text, Usage
from services.ai.anthropic.answers import StepAnswer, json_in, schema_of
from services.ai.anthropic.content import ContentReader
from services.ai.anthropic.stream import Caller
from services.ai.anthropic.usage import total
from services.ai.prompts.prompt import Prompt, Turn, said

OUTPUT: OutputConfigParam = {"format": {"type": "json_schema", "schema": schema_of(StepAnswer)}}

UNREADABLE = StepDraft(
    StepType.INFO_REQUEST,
    "The assistant's answer could not be read as a step. Say in your own words what you see "
    "now, or what you would try next, and it will go on from there.",
)

ONCE_MORE = """\
That could not be read as a step: {why}. Give the same step again as one JSON object with all \
its fields, keeping the content word for word unless it is what was wrong."""


class Misfit(Exception):
    """The answer is not a step; the message says why, for the model."""


class Shown:
    """What the engineer has read of the content. It is not taken back: of a second answer only
    what goes on from there is shown."""

    def __init__(self) -> None:
        self.text = ""

    def begin(self) -> None:
        self._reader = ContentReader()
        self._content = ""

    def feed(self, json_piece: str) -> str:
        self._content += self._reader.feed(json_piece)
        if not self._content.startswith(self.text):
            return ""
        new = self._content[len(self.text) :]
        self.text = self._content
        return new


async def write_step(
    caller: Caller, prompt: Prompt, written: str
) -> AsyncGenerator[Text | Spent | StepWritten, None]:
    """An answer that does not fit is asked for once more, then replaced by a step that says so.

    `written` is what an earlier attempt has shown of the content: the answer holds the rest.
    """
    shown = Shown()
    usage = Usage()
    for _ in range(2):
        answer = ""
        before = usage
        shown.begin()
        async with aclosing(caller.stream(prompt, OUTPUT)) as pieces:
            async for piece in pieces:
                match piece:
                    case Spent(latest):
                        usage = total(before, latest)
                        yield Spent(usage)
                    case Text(json_piece):
                        answer += json_piece
                        if text := shown.feed(json_piece):
                            yield Text(text)
        try:
            step = step_in(answer, written)
        except Misfit as misfit:
            prompt = once_more(prompt, answer, str(misfit))
            continue
        yield StepWritten(step)
        return
    if not (written or shown.text):
        yield Text(UNREADABLE.content)
    yield StepWritten(UNREADABLE)


def step_in(answer: str, written: str) -> StepDraft:
    try:
        step = StepAnswer.model_validate_json(json_in(answer)).as_draft()
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(str(part) for part in first["loc"])
        raise Misfit(f"{where}: {first['msg']}".strip(": ")) from None
    content = written + step.content
    if not content.strip():
        raise Misfit("content: it is empty")
    return replace(step, content=content)


def once_more(prompt: Prompt, answer: str, why: str) -> Prompt:
    answered = [Turn(MessageRole.ASSISTANT, answer)] if answer.strip() else []
    return prompt.then(*answered, said(ONCE_MORE.format(why=why)))
