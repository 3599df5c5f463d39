"""What tokens cost, in US dollars per million.

Source: platform.claude.com/docs/en/about-claude/pricing, as of October 2026: the list price of
the first-party API, with cache entries that live five minutes.
"""

import re
from dataclasses import dataclass
from decimal import Decimal

from services.ai.port import Usage

MILLION = 1_000_000
DATE = re.compile(r"-\d{8}$")


@dataclass(frozen=True, slots=True)
class Price:
    input: Decimal
    output: Decimal
    cache_write: Decimal
    cache_read: Decimal
    #: The price of every token of a request whose prompt is longer than so many tokens.
    beyond: "tuple[int, Price] | None" = None


def price(
    input: str,
    output: str,
    cache_write: str,
    cache_read: str,
    beyond: tuple[int, Price] | None = None,
) -> Price:
    return Price(Decimal(input), Decimal(output), Decimal(cache_write), Decimal(cache_read), beyond)


OPUS = price("5", "25", "6.25", "0.50")
FABLE = price("10", "50", "12.50", "1")
FABLE_5_1 = price("10", "50", "12.50", "0.25")
HAIKU_5_5_LONG = price("0.50", "2.50", "0.625", "0.05")

#: By the model's name without its date. A name that is not here, such as that of another
#: vendor's model, has no price.
PRICES = {
    "claude-sonnet-5-5": price("2", "10", "2.50", "0.10"),
    "claude-sonnet-5": price("2", "10", "2.50", "0.20"),
    "claude-sonnet-4-6": price("3", "15", "3.75", "0.30"),
    "claude-sonnet-4-5": price("3", "15", "3.75", "0.30"),
    "claude-haiku-5-5": price("0.10", "0.50", "0.125", "0.01", (100_000, HAIKU_5_5_LONG)),
    "claude-haiku-4-5": price("1", "5", "1.25", "0.10"),
    "claude-opus-5-5": price("4", "20", "5", "0.20"),
    "claude-opus-5": OPUS,
    "claude-opus-4-5": OPUS,
    "claude-opus-4-6": OPUS,
    "claude-opus-4-7": OPUS,
    "claude-opus-4-8": OPUS,
    "claude-fable-5-1": FABLE_5_1,
    "claude-fable-5": FABLE,
}


def cost(usage: Usage) -> Decimal | None:
    """None where the price is not known, so that a guess never passes for a bill."""
    found = price_of(usage.model or "")
    if found is None:
        return None
    prompt = usage.input_tokens + usage.cache_write_tokens + usage.cache_read_tokens
    if found.beyond and prompt > found.beyond[0]:
        found = found.beyond[1]
    return (
        found.input * usage.input_tokens
        + found.output * usage.output_tokens
        + found.cache_write * usage.cache_write_tokens
        + found.cache_read * usage.cache_read_tokens
    ) / MILLION


def price_of(model: str) -> Price | None:
    return PRICES.get(DATE.sub("", model))
