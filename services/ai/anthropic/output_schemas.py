"""What the model answers where the answer has a form: its schema, and its reading."""

from typing import Annotated, Any

import anthropic
from pydantic import AfterValidator, BaseModel, Field, StringConstraints, model_validator

from models import StepType
from services.ai.port import StepDraft, StepOption
from services.flows import traversal
from services.text_validation import truncate_words, replace_unstorable

AnyText = Annotated[str, AfterValidator(replace_unstorable)]
Words = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1), AfterValidator(replace_unstorable)
]
Phrase = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=255),
    AfterValidator(replace_unstorable),
]


class OptionAnswer(BaseModel):
    label: Phrase
    value: Phrase
    followup_hint: AnyText | None = None


class StepAnswer(BaseModel):
    # The order is that of the writing: the content early, for it is read while it is written.
    step_type: StepType
    content: AnyText
    context_message: AnyText | None = None
    options: list[OptionAnswer]
    allow_free_text: bool
    allow_skip: bool
    expected_outcome: AnyText | None = None
    confidence: Annotated[float, Field(ge=0, le=1)] | None = None

    @model_validator(mode="after")
    def tells_its_options_apart(self) -> "StepAnswer":
        values = [option.value for option in self.options]
        if len(set(values)) < len(values):
            raise ValueError("two options have the same value")
        return self

    def as_draft(self) -> StepDraft:
        is_suggestion = self.step_type is StepType.RESOLUTION_SUGGESTION
        return StepDraft(
            step_type=self.step_type,
            content=self.content,
            context_message=self.context_message,
            # Whether it has helped has to be said in words that are known here.
            options=(traversal.SOLVED, traversal.NOT_SOLVED)
            if is_suggestion
            else self.own_options(),
            # A step without options could not be answered otherwise.
            allow_free_text=self.allow_free_text or not (self.options or is_suggestion),
            allow_skip=self.allow_skip and not is_suggestion,
            expected_outcome=self.expected_outcome,
            confidence=self.confidence,
        )

    def own_options(self) -> tuple[StepOption, ...]:
        return tuple(StepOption(o.value, o.label, o.followup_hint) for o in self.options)


class DescriptionAnswer(BaseModel):
    title: Words
    summary: Words
    domain: AnyText | None = None

    @model_validator(mode="after")
    def has_words_in_its_title(self) -> "DescriptionAnswer":
        if not self.title_line():
            raise ValueError("the title is empty")
        return self

    def title_line(self) -> str:
        return truncate_words(self.title.strip("\"'#*` "), at_most=80)

    def summary_line(self) -> str:
        return truncate_words(self.summary, at_most=500)

    def domain_line(self) -> str | None:
        return truncate_words(self.domain or "", at_most=60) or None


def schema_of(answer: type[BaseModel]) -> dict[str, Any]:
    """The schema within what the API can enforce; the rest is told in descriptions."""
    return anthropic.transform_schema(answer)


def json_in(text: str) -> str:
    """The object in an answer of a server that does not enforce schemas, and may add words."""
    return text[max(0, text.find("{")) : text.rfind("}") + 1]
