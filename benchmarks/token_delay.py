"""How long a token takes from the assistant to a viewer when it is written down on the way.

Beside it, in the same run, the same tokens over a queue in memory: what a viewer would wait at
least, and what it would be told though a crash could still take it back.
"""

import asyncio
import shutil
import statistics
import tempfile
import time
from collections.abc import AsyncGenerator, AsyncIterator
from pathlib import Path

from sqlalchemy import make_url

from models import SessionType
from server import embedded, process, start
from server.database import Database
from services import create, work
from services.ai import Assignment, Piece, Text
from services.ai.scripted import ScriptedAssistant
from services.intake import Intake, IntakeType
from tests import factories

ANSWERS = 20
TOKENS = 100
PACE = 0.02


class Stamping(ScriptedAssistant):
    """Each of its tokens is the time at which it was given."""

    async def write(self, assignment: Assignment) -> AsyncGenerator[Piece, None]:
        for _ in range(TOKENS):
            await asyncio.sleep(PACE)
            yield Text(f"{time.perf_counter()} ")


async def through_the_log(parts: process.Process) -> list[float]:
    ana = await factories.user(parts, "Ana")
    started = await asyncio.gather(*(begin(parts, ana) for _ in range(ANSWERS)))
    viewed = await asyncio.gather(
        *(view(parts.streams.generation(ana, generation, None)) for generation in started)
    )
    return [delay for delays in viewed for delay in delays]


async def begin(parts: process.Process, ana: factories.Principal) -> object:
    async with work.begin(parts.database, ana, parts.writer) as unit:
        intake = Intake(IntakeType.FREE_TEXT, "Outlook shows no new mail")
        return (await create.create(unit, SessionType.CHAT, intake)).generation_id


async def view(moments: AsyncIterator[object]) -> list[float]:
    delays: list[float] = []
    async for moment in moments:
        now = time.perf_counter()
        delays += [now - float(stamp) for stamp in getattr(moment, "text", "").split()]
    return delays


async def through_memory() -> list[float]:
    viewed = await asyncio.gather(*(handed_over() for _ in range(ANSWERS)))
    return [delay for delays in viewed for delay in delays]


async def handed_over() -> list[float]:
    queue: asyncio.Queue[float] = asyncio.Queue()

    async def give() -> None:
        for _ in range(TOKENS):
            await asyncio.sleep(PACE)
            queue.put_nowait(time.perf_counter())

    giving = asyncio.create_task(give())
    delays = []
    for _ in range(TOKENS):
        given_at = await queue.get()
        delays.append(time.perf_counter() - given_at)
    await giving
    return delays


async def measure(place: Database) -> dict[str, list[float]]:
    await start.prepare(place)
    async with process.running(place, Stamping()) as parts:
        logged = await through_the_log(parts)
    return {"through the log": logged, "through memory": await through_memory()}


def main() -> None:
    folder = Path(tempfile.mkdtemp(prefix="bench-"))
    folder.chmod(0o755)
    try:
        with embedded.running(folder / "data") as server:
            embedded.ensure_database(server, "bench")
            place = Database(make_url(server.url("bench")), "a benchmark's", is_embedded=True)
            measured = asyncio.run(measure(place))
    finally:
        shutil.rmtree(folder)
    for name, delays in measured.items():
        cuts = statistics.quantiles(delays, n=20)
        print(f"{name:<16} median {cuts[9] * 1000:7.2f} ms   95 % {cuts[18] * 1000:7.2f} ms")


main()
