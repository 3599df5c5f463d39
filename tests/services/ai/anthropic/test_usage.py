"""The cost of a call."""

import socket
from decimal import Decimal
from typing import get_args

import pytest
from anthropic.types import Model

from services.ai.anthropic.models import MODEL, SMALL_MODEL
from services.ai.anthropic.usage import MOST_TOKENS, calculate_cost, to_usage
from services.ai.port import Usage

MILLION = 1_000_000


@pytest.mark.parametrize("model", [MODEL, SMALL_MODEL])
def test_the_default_models_have_a_price(model):
    assert calculate_cost(Usage(model, 1_000, 1_000)) > 0


@pytest.mark.parametrize("model", [MODEL, SMALL_MODEL, "claude-opus-5-5", "claude-fable-5"])
def test_cache_reads_cost_less_than_input_and_cache_writes_more(model):
    def cost(**counts) -> Decimal:
        return calculate_cost(Usage(model, **counts))

    tokens = 10_000
    read, plain = cost(cache_read_tokens=tokens), cost(input_tokens=tokens)
    assert 0 < read < plain < cost(cache_write_tokens=tokens) < cost(output_tokens=tokens)


def test_each_kind_of_token_has_its_price():
    every = Usage("claude-sonnet-5-5", MILLION, MILLION, MILLION, MILLION)
    assert calculate_cost(every) == Decimal(2) + 10 + Decimal("0.10") + Decimal("2.50")


def test_the_date_in_a_model_name_does_not_matter():
    assert calculate_cost(Usage("claude-haiku-4-5-20251001", MILLION)) == 1


def test_a_long_prompt_costs_more_with_models_that_charge_for_it():
    assert calculate_cost(Usage("claude-haiku-5-5", 100_000)) == Decimal("0.01")
    long = Usage("claude-haiku-5-5", 60_000, cache_read_tokens=40_001)
    assert calculate_cost(long) > Decimal("0.03")


@pytest.mark.parametrize("model", [None, "", "gpt-6", "claude-sonnet-9", "xclaude-sonnet-5"])
def test_an_unknown_model_has_no_cost(model):
    assert calculate_cost(Usage(model, MILLION)) is None


@pytest.mark.parametrize("model", [MODEL, SMALL_MODEL])
def test_the_default_models_are_names_that_the_sdk_knows(model):
    names = [name for part in get_args(Model) for name in get_args(part)]
    assert model in names


@pytest.mark.parametrize(
    ("reported", "counted"),
    [
        (9_999_999_999, MOST_TOKENS),
        (10**400, MOST_TOKENS),
        (-1, 5),
        (0, 5),
        (None, 5),
        ("7", 5),
        (7.5, 5),
        (True, 5),
        ([7], 5),
        (7, 7),
    ],
)
@pytest.mark.parametrize(
    ("name", "field"),
    [
        ("input_tokens", "input_tokens"),
        ("output_tokens", "output_tokens"),
        ("cache_read_input_tokens", "cache_read_tokens"),
        ("cache_creation_input_tokens", "cache_write_tokens"),
    ],
)
def test_a_count_that_cannot_be_is_not_counted(reported, counted, name, field):
    usage = to_usage(MODEL, {name: reported}, Usage(MODEL, 5, 5, 5, 5))
    assert getattr(usage, field) == counted
    assert usage.cost_usd > 0


@pytest.mark.parametrize(
    ("name", "stored"),
    [("m" * 400, "m" * 100), ("a\0b", "a\ufffdb"), ("", None), (None, None), (5, None)],
)
def test_a_model_name_is_one_that_can_be_stored(name, stored):
    assert to_usage(name, {"input_tokens": 1}).model == stored


def test_prices_need_no_network(monkeypatch):
    def refuse(*_args, **_more):
        raise AssertionError("a connection was opened")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    assert calculate_cost(Usage(MODEL, 1_000)) is not None
    assert calculate_cost(Usage("unknown", 1_000)) is None
