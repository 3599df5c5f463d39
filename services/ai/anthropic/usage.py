"""Token usage and its cost. The prices are those of the `genai-prices` package that is installed:
nothing is fetched at run time."""

from dataclasses import replace
from decimal import Decimal

import genai_prices
from anthropic.types import MessageDeltaUsage
from anthropic.types import Usage as MessageUsage

from services.ai.port import Usage


def to_usage(
    model: str, reported: MessageUsage | MessageDeltaUsage | None, before: Usage | None = None
) -> Usage:
    """The usage so far. Counts that `reported` lacks are taken from `before`."""
    before = before or Usage(model)
    if reported is None:
        return before
    return with_cost(
        Usage(
            model,
            latest_count(reported.input_tokens, before.input_tokens),
            latest_count(reported.output_tokens, before.output_tokens),
            latest_count(reported.cache_read_input_tokens, before.cache_read_tokens),
            latest_count(reported.cache_creation_input_tokens, before.cache_write_tokens),
        )
    )


def latest_count(reported: int | None, before: int) -> int:
    return before if reported is None else reported


def with_cost(usage: Usage) -> Usage:
    return replace(usage, cost_usd=calculate_cost(usage))


def calculate_cost(usage: Usage) -> Decimal | None:
    """The cost in US dollars at list price, None for an unknown model: no guess ends in a bill."""
    cached = usage.cache_read_tokens + usage.cache_write_tokens
    priced = genai_prices.Usage(
        # The Messages API counts cached tokens apart; genai-prices counts them as input, too.
        input_tokens=usage.input_tokens + cached,
        output_tokens=usage.output_tokens,
        cache_read_tokens=usage.cache_read_tokens,
        cache_write_tokens=usage.cache_write_tokens,
    )
    try:
        price = genai_prices.calc_price(priced, usage.model or "", provider_id="anthropic")
    except LookupError:
        return None
    return price.total_price
