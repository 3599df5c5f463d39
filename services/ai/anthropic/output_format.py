"""How a model is made to answer in a form: by the call of a tool, or by a structured output."""

from dataclasses import dataclass, field

from anthropic import Omit, omit
from anthropic.types import OutputConfigParam, ToolChoiceParam, ToolParam
from pydantic import BaseModel

from services.ai.anthropic.models import is_claude, takes_forced_tools
from services.ai.anthropic.output_schemas import schema_of


@dataclass(frozen=True, slots=True)
class Form:
    """What a request says of the form of its answer; by default, nothing."""

    tools: list[ToolParam] | Omit = omit
    tool_choice: ToolChoiceParam | Omit = omit
    output: OutputConfigParam = field(default_factory=OutputConfigParam)


FREE = Form()


def form_of(model: str, name: str, description: str, answer: type[BaseModel]) -> Form:
    """A tool the model must call; of models that refuse to be forced, a structured output."""
    return tool(model, name, description, answer) if takes_forced_tools(model) else output(answer)


def tool(model: str, name: str, description: str, answer: type[BaseModel]) -> Form:
    made: ToolParam = {"name": name, "description": description, "input_schema": schema_of(answer)}
    if is_claude(model):
        # Without it the API holds a long value back until it is whole.
        made["eager_input_streaming"] = True
    return Form([made], {"type": "tool", "name": name, "disable_parallel_tool_use": True})


def output(answer: type[BaseModel]) -> Form:
    return Form(output={"format": {"type": "json_schema", "schema": schema_of(answer)}})
