import os
import random
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import ExitStack

import pytest

from tests.chaos.provider import KnownAnswers
from tests.server_process import Served, serving

#: How much of everything; `make chaos` runs long.
SCALE = int(os.environ.get("CHAOS_SCALE", "1"))


@pytest.fixture
def seed() -> int:
    """Printed with a failure: set CHAOS_SEED to have the same faults again."""
    chosen = int(os.environ.get("CHAOS_SEED", random.SystemRandom().randrange(10**6)))
    print(f"CHAOS_SEED={chosen}")
    return chosen


@pytest.fixture
async def provider(seed: int) -> AsyncIterator[KnownAnswers]:
    async with KnownAnswers(seed=seed) as answers:
        yield answers


@pytest.fixture
def start(database_url: str, provider: KnownAnswers) -> Iterator[Callable[..., Served]]:
    """Starts one server more on the same database."""
    with ExitStack() as servers:

        def start(**settings: str) -> Served:
            return servers.enter_context(
                serving(
                    DATABASE_URL=database_url,
                    ANTHROPIC_API_KEY="a key",
                    ANTHROPIC_BASE_URL=provider.url,
                    **settings,
                )
            )

        yield start
