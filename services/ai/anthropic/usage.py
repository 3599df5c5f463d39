"""What a call has cost, in our words."""

from dataclasses import replace
from decimal import Decimal

from anthropic.types import MessageDeltaUsage
from anthropic.types import Usage as TheirUsage

from services.ai import Usage
from services.ai.anthropic import prices


def usage_of(
    model: str, theirs: TheirUsage | MessageDeltaUsage, before: Usage | None = None
) -> Usage:
    """What was used up to now; where nothing new is told, what was known `before` stands."""
    before = before or Usage()
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


def total(one: Usage, other: Usage) -> Usage:
    """The use of two calls. Its cost is known only where both are."""
    if one == Usage():
        return other
    costs = (one.cost_usd, other.cost_usd)
    return Usage(
        model=other.model,
        input_tokens=one.input_tokens + other.input_tokens,
        output_tokens=one.output_tokens + other.output_tokens,
        cache_read_tokens=one.cache_read_tokens + other.cache_read_tokens,
        cache_write_tokens=one.cache_write_tokens + other.cache_write_tokens,
        cost_usd=None if None in costs else sum(filter(None, costs), Decimal(0)),
    )
