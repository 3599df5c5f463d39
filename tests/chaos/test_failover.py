"""A primary dies, and its standby takes over: `DATABASE_URL` names both, as clusters do."""

import asyncio
import random

import pytest

from tests.chaos.recorded_answers import check, check_log, watched
from tests.conftest import FOLDER
from tests.infrastructure.postgres_cluster import postgres_cluster, standby_of
from tests.server_process import run, serving

pytestmark = pytest.mark.slow

PASSWORD = "s3cret"
SYNCHRONOUS = "ALTER SYSTEM SET synchronous_standby_names = 'standby'"


@pytest.fixture
def clusters():
    folder = FOLDER / "failover"
    with postgres_cluster(folder / "primary") as primary:
        primary.psql(f"CREATE ROLE desk LOGIN CREATEROLE PASSWORD '{PASSWORD}'")
        primary.psql("CREATE DATABASE desk OWNER desk")
        with standby_of(primary, folder / "standby") as standby:
            primary.psql(SYNCHRONOUS)
            primary.psql("SELECT pg_reload_conf()")
            yield primary, standby


@pytest.mark.parametrize("first", ["primary", "standby"])
async def test_a_failover_to_the_other_host_loses_nothing(clusters, provider, seed, first):
    """Whichever host is named first: migrations, keys and servers find the one that writes."""
    primary, standby = clusters
    named = [primary, standby] if first == "primary" else [standby, primary]
    hosts = ",".join(each.address for each in named)
    url = f"postgresql://desk:{PASSWORD}@{hosts}/desk?target_session_attrs=read-write"
    for command in (("migrate",), ("keys", "list"), ("doctor",)):
        done = await asyncio.to_thread(run, *command, DATABASE_URL=url, SESSIONS_PORT="0")
        assert done.returncode == 0, done.stdout + done.stderr
    alone = f"postgresql://desk:{PASSWORD}@{standby.address}/desk"
    refused = await asyncio.to_thread(run, "keys", "list", DATABASE_URL=alone)
    assert "is a standby" in refused.stderr

    settings = {
        "DATABASE_URL": url,
        "ANTHROPIC_API_KEY": "a key",
        "ANTHROPIC_BASE_URL": provider.url,
    }
    with serving(**settings) as one, serving(**settings) as other:
        assert hosts in "".join(one.said)
        urls = [one.url, other.url]
        watching = asyncio.create_task(watched(urls, range(9500, 9510), random.Random(seed)))
        await asyncio.sleep(1)
        await asyncio.to_thread(primary.kill)
        await asyncio.to_thread(standby.promote)
        for number, session_id, viewers in await watching:
            await check(urls, number, session_id, viewers)
    await check_log(f"postgresql://postgres@/desk?host={standby.folder}&port={standby.port}")
