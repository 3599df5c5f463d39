"""Redaction takes linear time, whatever the text is, and gives the event loop back meanwhile."""

import asyncio
import time
from dataclasses import dataclass

import pytest

from services.ai.redact import gate, redactor
from services.ai.redact.gate import redact_value
from services.ai.redact.redactor import AROUND, STEP, Redactor, redact
from tests.services.ai.redact.pattern_texts import all_patterns, hostile_units

PATTERNS = all_patterns()
UNITS = {name: tuple(hostile_units(pattern)) for name, pattern in PATTERNS.items()}
LENGTH = 200_000
#: Characters of the shorter text: three pieces.
SHORT = 1_500
#: Of the time per character between a text and one of eight times its length: quadratic time has 8.
MOST_GROWTH = 2.5
#: How many times an ordinary piece the longest one may take.
LONGEST_PIECE = 60
#: Texts that several patterns have in common are measured once, and many texts in one test.
ALL_UNITS = sorted(set().union(*UNITS.values()))
GROUPS = {group: ALL_UNITS[group::20] for group in range(20)}
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
    text = (unit * LENGTH)[: LENGTH // 40]
    redact(text)
    assert len(seen) == pytest.approx(len(text) / STEP, abs=3)
    assert max(map(len, seen)) <= STEP + 2 * AROUND


@pytest.mark.parametrize("text", ["x " * 400 + "password: Hunter2! " + "y " * 400])
def test_a_secret_across_any_cut_is_found(text):
    for shift in range(0, STEP + AROUND, 13):
        assert "Hunter2" not in redact("z " * shift + text)


@pytest.mark.parametrize("unit", REPORTED)
async def test_the_loop_runs_while_a_long_text_is_redacted(unit, monkeypatch):
    """Another task gets as many turns as the text needs slices."""
    monkeypatch.setattr(gate, "SLICE_SECONDS", 0.0005)
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

    monkeypatch.setattr(gate, "run_slice", count_slice)
    await redact_value((unit * LENGTH)[: LENGTH // 16])
    other.cancel()
    assert slices > 5
    assert turns > slices


async def test_long_texts_are_redacted_one_after_another_and_short_ones_between(monkeypatch):
    monkeypatch.setattr(gate, "SLICE_SECONDS", 0.0005)
    long = asyncio.create_task(redact_value(("token ((((" * LENGTH)[: LENGTH // 16]))
    await asyncio.sleep(0)
    assert await redact_value("password: Hunter2!") == "password: [redacted]"
    assert not long.done()
    assert len(await long) >= LENGTH // 16


@dataclass(frozen=True)
class Timing:
    """CPU seconds of one text: in all for a character, and of its longest piece."""

    per_character: float
    longest_piece: float


def measure(text: str) -> Timing:
    redactor, times, start = Redactor(), [], time.process_time()
    for _ in redactor.pieces(text):
        now = time.process_time()
        times.append(now - start)
        start = now
    redactor.close()
    times.append(time.process_time() - start)
    return Timing(sum(times) / len(text), max(times))


@pytest.fixture(scope="module")
def ordinary() -> Timing:
    text = "The password field stays grey after the update of the login. " * 60
    timings = [measure(text) for _ in range(5)]
    return Timing(
        min(each.per_character for each in timings), min(each.longest_piece for each in timings)
    )


@pytest.mark.slow
@pytest.mark.parametrize("units", GROUPS, ids=str)
def test_time_grows_with_the_text_and_no_piece_takes_long(units, ordinary):
    """One text for both. 20 ms are some hundred times an ordinary piece; the limits are ratios
    within one run, of three tries. What takes a twentieth of an ordinary text takes no time."""
    for unit in GROUPS[units]:
        for _ in range(3):
            short, long = (measure((unit * size)[:size]) for size in (SHORT, 8 * SHORT))
            growth = long.per_character / max(short.per_character, ordinary.per_character / 20)
            piece = long.longest_piece / ordinary.longest_piece
            if growth <= MOST_GROWTH and piece <= LONGEST_PIECE:
                break
        assert growth <= MOST_GROWTH, unit
        assert piece <= LONGEST_PIECE, unit
