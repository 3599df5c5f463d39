"""What tokens cost."""

from decimal import Decimal

import pytest

from services.ai.anthropic.assistant import MODEL, SMALL_MODEL
from services.ai.anthropic.prices import PRICES, cost
from services.ai.port import Usage

MILLION = 1_000_000


@pytest.mark.parametrize("model", [MODEL, SMALL_MODEL])
def test_the_models_asked_by_default_have_a_price(model):
    assert cost(Usage(model, 1_000, 1_000)) is not None


@pytest.mark.parametrize("model", PRICES)
def test_reading_the_cache_is_cheaper_than_input_and_writing_it_dearer(model):
    found = PRICES[model]
    assert found.cache_read < found.input < found.cache_write < found.output


def test_each_kind_of_token_has_its_price():
    every = Usage("claude-sonnet-5-5", MILLION, MILLION, MILLION, MILLION)
    assert cost(every) == Decimal(2) + 10 + Decimal("0.10") + Decimal("2.50")


def test_the_date_in_a_models_name_does_not_matter():
    assert cost(Usage("claude-haiku-4-5-20251001", MILLION)) == 1


def test_a_long_prompt_costs_more_where_the_model_says_so():
    assert cost(Usage("claude-haiku-5-5", 100_000)) == Decimal("0.01")
    assert cost(Usage("claude-haiku-5-5", 60_000, cache_read_tokens=40_001)) > Decimal("0.03")


@pytest.mark.parametrize("model", [None, "", "gpt-6", "claude-sonnet-9", "xclaude-sonnet-5"])
def test_an_unknown_model_has_no_cost(model):
    assert cost(Usage(model, MILLION)) is None
