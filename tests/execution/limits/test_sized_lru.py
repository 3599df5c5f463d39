"""The cache stays within its budget and reports what it drops."""

from dataclasses import dataclass

import pytest

from execution.limits.sized_lru import SizedLRU


@dataclass
class Value:
    size: int


@pytest.fixture
def evicted():
    return []


@pytest.fixture
def cache(evicted):
    return SizedLRU(100, lambda value: value.size, evicted.append)


def test_the_least_recently_used_value_is_evicted(cache, evicted):
    values = {name: Value(40) for name in "abc"}
    cache.put("a", values["a"])
    cache.put("b", values["b"])
    assert cache.get("a") is values["a"]
    cache.put("c", values["c"])
    assert (set(cache), evicted) == ({"a", "c"}, [values["b"]])
    assert cache.currsize == 80


def test_a_value_that_grows_evicts_others(cache, evicted):
    small, growing = Value(40), Value(40)
    cache.put("growing", growing)
    cache.put("small", small)
    growing.size = 70
    cache.put("growing", growing)
    assert (set(cache), evicted) == ({"growing"}, [small])
    assert cache.currsize == 70


def test_a_value_larger_than_the_budget_evicts_itself_alone(cache, evicted):
    small, growing = Value(40), Value(40)
    cache.put("small", small)
    cache.put("growing", growing)
    growing.size = 101
    cache.put("growing", growing)
    assert (set(cache), evicted) == ({"small"}, [growing])
    large = Value(200)
    cache.put("large", large)
    assert (set(cache), evicted) == ({"small"}, [growing, large])


def test_a_value_that_is_removed_is_not_evicted(cache, evicted):
    cache.put("a", Value(40))
    cache.pop("a")
    assert (len(cache), cache.currsize, evicted) == (0, 0, [])
