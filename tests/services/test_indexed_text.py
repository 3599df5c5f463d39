"""Texts for the search index: no run is long for Postgres, and their words are found."""

import asyncio
import re
import time

import asyncpg
import pytest
from hypothesis import given
from hypothesis import strategies as st

from queries.session_counts import count_sessions
from queries.session_filter import SessionFilter
from services.indexed_text import RUN_CHARS, prepare_indexed_text
from services.text_search.search_query import parse_search
from tests import factories

CHARS = 20_000
#: Each took Postgres one to nine seconds.
SLOW = ["a_", "_1", "~/", "./", "a1@", "a@1a", "<!--"]
PIECES = st.sampled_from(
    ["a", "_", "-", "~/", "@", ".", "<!--", " ", "\n", "\N{NO-BREAK SPACE}", "é"]
)
TEXTS = st.lists(st.tuples(PIECES, st.integers(1, 300)), max_size=20).map(
    lambda parts: "".join(piece * times for piece, times in parts)
)


def runs(text: str) -> list[bytes]:
    return text.encode().split()


@given(TEXTS)
def test_no_run_is_long(text):
    prepared = prepare_indexed_text(text)
    assert all(len(run.decode()) <= RUN_CHARS for run in runs(prepared))
    assert "<!--" not in prepared
    assert re.sub(r"[ \t-\r]", "", prepared) == re.sub(r"[ \t-\r]", "", text)


@pytest.mark.parametrize("length", [RUN_CHARS - 1, RUN_CHARS, RUN_CHARS + 1, 3 * RUN_CHARS])
def test_runs_are_cut_after_signs(length):
    path = ("/directory" * length)[:length]
    pieces = prepare_indexed_text(path).split(" ")
    assert "".join(pieces) == path
    assert all(piece.endswith("/") for piece in pieces[:-1])
    assert len(pieces) == 1 + (length > RUN_CHARS) * ((length - 1) // (RUN_CHARS - 9))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a" * RUN_CHARS,
        "The printer says https://example.com/a?b=c. " * 100,
        "é" * 60 + "\n" * 99,
    ],
)
def test_ordinary_text_stays_as_it_is(text):
    assert prepare_indexed_text(text) == text


async def test_words_in_a_long_run_are_found(begin, running, ana):
    session = factories.chat_session(ana)
    await factories.save(running, session)
    log = ",".join(f'{{"event{number}":"value"}}' for number in range(500))
    async with begin(ana) as unit:
        unit.change_for(session).index(f"first <!-- hidden --> {log} last")
    reader = running.tenancy.reader(ana.account_id)
    for word in ("first", "hidden", "event0", "event250", "event499", "last"):
        assert await count_sessions(reader, ana, SessionFilter(search=parse_search(word))) == 1, (
            word
        )


@pytest.mark.slow
@pytest.mark.parametrize("piece", SLOW)
async def test_time_of_the_parser_does_not_grow_with_runs(running, piece):
    """Compared with prose of the same length."""
    prose = "The printer on the second floor does not print. " * CHARS
    connection = await asyncpg.connect(
        running.engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
    )

    async def measure(text: str) -> float:
        begun = time.perf_counter()
        await connection.fetchval("SELECT length(to_tsvector('english', $1))", text)
        return time.perf_counter() - begun

    ratios = []
    for _ in range(3):
        ordinary = await measure(prose[:CHARS])
        ratios.append(await measure(prepare_indexed_text((piece * CHARS)[:CHARS])) / ordinary)
        await asyncio.sleep(0)
    await connection.close()
    assert min(ratios) < 40, ratios
