"""Token usage and its cost. The prices are those of the `genai-prices` package that is installed:
nothing is fetched at run time."""

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

import genai_prices

from services.ai.port import Usage
from services.input_validation import replace_unstorable

#: Tokens of one kind in one call. The largest context of any model has two million.
MOST_TOKENS = 10_000_000
#: Characters, the width of the column `generations.model`.
MODEL_NAME_CHARS = 100


def to_usage(
    model: str | None, reported: Mapping[str, Any] | None, before: Usage | None = None
) -> Usage:
    """The usage so far. Counts that `reported` lacks are taken from `before`."""
    model = valid_model_name(model)
    before = before or Usage(model)
    if not reported:
        return before
    return with_cost(
        Usage(
            model,
            latest_count(reported.get("input_tokens"), before.input_tokens),
            latest_count(reported.get("output_tokens"), before.output_tokens),
            latest_count(reported.get("cache_read_input_tokens"), before.cache_read_tokens),
            latest_count(reported.get("cache_creation_input_tokens"), before.cache_write_tokens),
        )
    )


def valid_model_name(name: object) -> str | None:
    """The name as it can be stored; None for what is no name."""
    return replace_unstorable(name)[:MODEL_NAME_CHARS] if name and isinstance(name, str) else None


def latest_count(reported: object, before: int) -> int:
    """A count of tokens as reported, between the count before and the largest that is possible: no
    report lowers what is spent, nor uses up a quota of years."""
    if not isinstance(reported, int) or isinstance(reported, bool):
        return before
    return max(before, min(reported, MOST_TOKENS))


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
