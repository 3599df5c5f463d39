from decimal import Decimal

from queries.generations import UsageTotals
from schema.generations import TokenUsage


def test_a_count_beyond_the_range_of_int_is_reported_as_the_largest():
    usage = TokenUsage.from_totals(UsageTotals(4_000_000_000, 2**31, 2**31 - 1, 0, Decimal(7)))
    counts = (usage.input_tokens, usage.output_tokens, usage.cache_read_tokens)
    assert counts == (2**31 - 1,) * 3
    assert usage.cache_write_tokens == 0
