"""Which models are asked by default, and what the older ones do not understand."""

from typing import Literal

from anthropic.types import OutputConfigParam

#: Both from the SDK's own list of names (anthropic.types.Model).
MODEL = "claude-sonnet-5-5"
SMALL_MODEL = "claude-haiku-5-5"

Effort = Literal["low", "medium", "high", "xhigh", "max"]

#: The only current ones that reject the setting. Names of other vendors are not told of it either.
WITHOUT_EFFORT = ("claude-haiku-4-5", "claude-sonnet-4-5")


def effort_config(model: str, effort: Effort | None) -> OutputConfigParam:
    if effort and model.startswith("claude-") and not model.startswith(WITHOUT_EFFORT):
        return {"effort": effort}
    return {}
