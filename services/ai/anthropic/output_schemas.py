"""Answers with a schema: what the model is asked for, and its validation."""

from typing import Annotated

from pydantic import AfterValidator, BaseModel, Field, StringConstraints, model_validator

from models import StepType
from services import limits
from services.flows import flow_tree
from services.flows.flow_tree import StepDraft, StepOption
from services.input_validation import is_blank, replace_unstorable, truncate_words


def require_visible(text: str) -> str:
    if is_blank(text):
        raise ValueError("the text is blank")
    return text


def cut_text(text: str) -> str:
    """A model keeps to no number of characters: what is longer is cut, not refused."""
    return text[: limits.STEP_CHARS]


def cut_hint(text: str) -> str:
    return text[: limits.HINT_CHARS]


AnyText = Annotated[str, AfterValidator(replace_unstorable), AfterValidator(cut_text)]
NonEmptyText = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1),
    AfterValidator(replace_unstorable),
    AfterValidator(require_visible),
]
ShortText = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=255),
    AfterValidator(replace_unstorable),
    AfterValidator(require_visible),
]


class OptionAnswer(BaseModel):
    label: ShortText
    value: ShortText
    followup_hint: Annotated[AnyText, AfterValidator(cut_hint)] | None = None


class StepAnswer(BaseModel):
    # The model writes the fields in this order: content early, for it is shown while streaming.
    step_type: StepType
    content: AnyText
    context_message: AnyText | None = None
    options: list[OptionAnswer]
    allow_free_text: bool
    allow_skip: bool
    expected_outcome: AnyText | None = None
    confidence: Annotated[float, Field(ge=0, le=1)] | None = None

    @model_validator(mode="after")
    def check_option_values(self) -> "StepAnswer":
        values = [option.value for option in self.options]
        if len(set(values)) < len(values):
            raise ValueError("two options have the same value")
        return self

    def to_draft(self) -> StepDraft:
        is_suggestion = self.step_type is StepType.RESOLUTION_SUGGESTION
        given = self.options[: limits.STEP_OPTIONS]
        options = (StepOption(o.value, o.label, o.followup_hint) for o in given)
        return StepDraft(
            step_type=self.step_type,
            content=self.content,
            context_message=self.context_message,
            # `traversal` recognizes only its own two answers to a suggested resolution.
            options=(flow_tree.SOLVED, flow_tree.NOT_SOLVED) if is_suggestion else tuple(options),
            # A step without options needs free text to be answerable.
            allow_free_text=self.allow_free_text or not (self.options or is_suggestion),
            allow_skip=self.allow_skip and not is_suggestion,
            expected_outcome=self.expected_outcome,
            confidence=self.confidence,
        )


class DescriptionAnswer(BaseModel):
    title: NonEmptyText
    summary: NonEmptyText
    domain: AnyText | None = None

    @model_validator(mode="after")
    def check_title(self) -> "DescriptionAnswer":
        if not self.title_line():
            raise ValueError("the title is empty")
        return self

    def title_line(self) -> str:
        return truncate_words(self.title.strip("\"'#*` "), at_most=80)

    def summary_line(self) -> str:
        return truncate_words(self.summary, at_most=500)

    def domain_line(self) -> str | None:
        return truncate_words(self.domain or "", at_most=60) or None


def extract_json_object(text: str) -> str:
    """Strip words around the JSON: servers that do not enforce schemas may add some."""
    return text[max(0, text.find("{")) : text.rfind("}") + 1]
