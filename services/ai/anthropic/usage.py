"""What a call has cost, in our words."""

from dataclasses import replace

from anthropic.types import MessageDeltaUsage
from anthropic.types import Usage as TheirUsage

from services.ai.anthropic import prices
from services.ai.port import Usage


def usage_of(
    model: str, theirs: TheirUsage | MessageDeltaUsage | None, before: Usage | None = None
) -> Usage:
    """What was used up to now; where nothing new is told, what was known `before` stands."""
    before = before or Usage(model)
    if theirs is None:
        return before
    return priced(
        Usage(
            model,
            newest(theirs.input_tokens, before.input_tokens),
            newest(theirs.output_tokens, before.output_tokens),
            newest(theirs.cache_read_input_tokens, before.cache_read_tokens),
            newest(theirs.cache_creation_input_tokens, before.cache_write_tokens),
        )
    )


def newest(told: int | None, known: int) -> int:
    return known if told is None else told


def priced(usage: Usage) -> Usage:
    return replace(usage, cost_usd=prices.cost(usage))
