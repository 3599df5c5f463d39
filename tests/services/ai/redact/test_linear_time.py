"""Redaction takes linear time, whatever the text is, and gives the event loop back meanwhile."""

import asyncio
import time

import pytest

from services.ai.redact import gate, redactor
from services.ai.redact.gate import redact_value
from services.ai.redact.redactor import AROUND, STEP, Redactor, redact
from tests.services.ai.redact.pattern_texts import all_patterns, hostile_units

PATTERNS = all_patterns()
UNITS = {name: tuple(hostile_units(pattern)) for name, pattern in PATTERNS.items()}
LENGTH = 200_000
#: Of the time per character between a text and one of eight times its length: quadratic time has 8.
MOST_GROWTH = 2.5
#: The texts of the report, each of which froze a process.
REPORTED = ["token ((((", "password: a;", "a://b:", '"password"', "net user ", "mysql -p ", "$6$"]


def test_every_pattern_is_found():
    assert len(PATTERNS) > 400
    assert all(any(units) for units in UNITS.values())


@pytest.mark.parametrize("unit", REPORTED)
def test_a_detector_sees_a_bounded_part_of_a_long_line(unit, monkeypatch):
    """So the work for a piece is bounded, and that for a text is linear."""
    seen = []
    find = redactor.find_in_piece
    monkeypatch.setattr(
        redactor, "find_in_piece", lambda text, layout: seen.append(text) or find(text, layout)
    )
    text = (unit * LENGTH)[: LENGTH // 10]
    redact(text)
    assert len(seen) == pytest.approx(len(text) / STEP, abs=3)
    assert max(map(len, seen)) <= STEP + 2 * AROUND


@pytest.mark.parametrize("text", ["x " * 400 + "password: Hunter2! " + "y " * 400])
def test_a_secret_across_any_cut_is_found(text):
    for shift in range(0, STEP + AROUND, 7):
        assert "Hunter2" not in redact("z " * shift + text)


@pytest.mark.parametrize("unit", REPORTED)
async def test_the_loop_runs_while_a_long_text_is_redacted(unit):
    """Another task gets as many turns as the text needs slices."""
    turns = 0

    async def take_turns():
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    other = asyncio.create_task(take_turns())
    slices = 0
    run_slice = gate.run_slice

    def count_slice(steps):
        nonlocal slices
        slices += 1
        return run_slice(steps)

    gate.run_slice = count_slice
    try:
        await redact_value((unit * LENGTH)[: LENGTH // 4])
    finally:
        gate.run_slice = run_slice
        other.cancel()
    assert slices > 5
    assert turns > slices


async def test_long_texts_are_redacted_one_after_another_and_short_ones_between(monkeypatch):
    monkeypatch.setattr(gate, "SLICE_SECONDS", 0.0005)
    long = asyncio.create_task(redact_value(("token ((((" * LENGTH)[: LENGTH // 4]))
    await asyncio.sleep(0)
    assert await redact_value("password: Hunter2!") == "password: [redacted]"
    assert not long.done()
    assert len(await long) >= LENGTH // 4


def seconds_per_character(text: str) -> float:
    start = time.process_time()
    redact(text)
    return (time.process_time() - start) / len(text)


@pytest.mark.slow
@pytest.mark.parametrize("name", PATTERNS)
def test_the_time_per_character_does_not_grow_with_the_text(name):
    for unit in UNITS[name]:
        for _ in range(3):
            short = seconds_per_character((unit * 4_000)[:4_000])
            long = seconds_per_character((unit * 32_000)[:32_000])
            if long <= MOST_GROWTH * short:
                break
        assert long <= MOST_GROWTH * short, unit


@pytest.mark.slow
@pytest.mark.parametrize("name", PATTERNS)
def test_no_piece_of_a_hostile_text_takes_much_longer_than_an_ordinary_one(name):
    """20 ms are some hundred times an ordinary piece; the limit here is a ratio within one run."""
    ordinary = longest_piece("The password field stays grey after the update of the login. " * 60)
    for unit in UNITS[name]:
        assert longest_piece((unit * 2_000)[:2_000]) <= 60 * ordinary, unit


def longest_piece(text: str) -> float:
    longest = []
    for _ in range(3):
        times, start = [], time.process_time()
        for _ in Redactor().pieces(text):
            times.append(time.process_time() - start)
            start = time.process_time()
        longest.append(max(times))
    return min(longest)
