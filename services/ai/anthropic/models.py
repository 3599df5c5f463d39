"""Which models are asked by default, and what some of them do not understand."""

from typing import Literal

from anthropic.types import OutputConfigParam

#: Both from the SDK's own list of names (anthropic.types.Model).
MODEL = "claude-sonnet-5-5"
SMALL_MODEL = "claude-haiku-5-5"

Effort = Literal["low", "medium", "high", "xhigh", "max"]

#: The only current ones that reject the setting. Names of other vendors are not told of it either.
WITHOUT_EFFORT = ("claude-haiku-4-5", "claude-sonnet-4-5")

#: They answer a forced call of a tool with 400.
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


def takes_forced_tools(model: str) -> bool:
    return not model.startswith(WITHOUT_FORCED_TOOLS)
