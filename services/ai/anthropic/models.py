"""Default models, and parameters that some models reject."""

from typing import Literal

from anthropic.types import OutputConfigParam

#: Both are in the SDK's own list of names (anthropic.types.Model).
MODEL = "claude-sonnet-5-5"
SMALL_MODEL = "claude-haiku-5-5"

Effort = Literal["low", "medium", "high", "xhigh", "max"]

#: The only current Claude models that reject `effort`. Models of other vendors never get it.
WITHOUT_EFFORT = ("claude-haiku-4-5", "claude-sonnet-4-5")

#: These models answer a forced tool call with status 400.
WITHOUT_FORCED_TOOLS = (
    "claude-sonnet-5-5",
    "claude-opus-5-5",
    "claude-fable-5-1",
    "claude-fable-5-2",
    "claude-mythos-5-1",
    "claude-mythos-5-2",
)


def is_claude(model: str) -> bool:
    return model.startswith("claude-")


def effort_config(model: str, effort: Effort | None) -> OutputConfigParam:
    if effort and is_claude(model) and not model.startswith(WITHOUT_EFFORT):
        return {"effort": effort}
    return {}


def supports_forced_tools(model: str) -> bool:
    return not model.startswith(WITHOUT_FORCED_TOOLS)
