"""Request parameters for an answer with a schema: a forced tool call or structured output."""

from dataclasses import dataclass, field

import anthropic
from anthropic import Omit, omit
from anthropic.types import OutputConfigParam, ToolChoiceParam, ToolParam
from pydantic import BaseModel

from services.ai.anthropic.models import is_claude, supports_forced_tools


@dataclass(frozen=True, slots=True)
class OutputFormat:
    """The parameters of a request that set the format of its answer; by default none."""

    tools: list[ToolParam] | Omit = omit
    tool_choice: ToolChoiceParam | Omit = omit
    output: OutputConfigParam = field(default_factory=OutputConfigParam)


FREE_TEXT = OutputFormat()


def select_output_format(
    model: str, name: str, description: str, answer: type[BaseModel]
) -> OutputFormat:
    """A forced tool call; structured output for models that reject forced tool calls."""
    if not supports_forced_tools(model):
        return structured_output(answer)
    schema = anthropic.transform_schema(answer)
    tool: ToolParam = {"name": name, "description": description, "input_schema": schema}
    if is_claude(model):
        # Without it the API buffers a long value until it is complete.
        tool["eager_input_streaming"] = True
    return OutputFormat([tool], {"type": "tool", "name": name, "disable_parallel_tool_use": True})


def structured_output(answer: type[BaseModel]) -> OutputFormat:
    schema = anthropic.transform_schema(answer)
    return OutputFormat(output={"format": {"type": "json_schema", "schema": schema}})
