"""PostgreSQL that is full, read-only, out of connections or memory, or locked: told as what it is,
to users and operators, until it is over."""

import asyncio
import subprocess

import asyncpg
import pytest

from storage.database_problems import PROBLEMS
from tests.conftest import FOLDER
from tests.infrastructure.postgres_cluster import postgres_cluster
from tests.operations import CREATE, RENAME
from tests.server.test_metrics import told
from tests.server_process import run, serving

CHAT = {"sessionType": "CHAT", "intake": {"text": "Outlook shows no new mail"}}
#: What the driver is told, by a trigger.
FAIL = """
CREATE OR REPLACE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'as the test says' USING ERRCODE = '{}'; END $$;
CREATE TRIGGER fail BEFORE UPDATE ON ai_sessions EXECUTE FUNCTION fail();
"""
WORK_AGAIN = "DROP TRIGGER fail ON ai_sessions"


@pytest.fixture(scope="module")
def watched(database_url):
    with serving(DATABASE_URL=database_url, SESSIONS_METRICS="1") as server:
        yield server


@pytest.mark.parametrize("sqlstate", PROBLEMS)
async def test_a_problem_of_postgres_is_told_as_what_it_is(watched, database_url, sqlstate):
    problem = PROBLEMS[sqlstate]
    id = watched.data(CREATE, input=CHAT)["createSession"]["session"]["id"]
    begin = len(watched.log)
    owner = await asyncpg.connect(database_url)
    await owner.execute(FAIL.format(sqlstate))
    try:
        for _ in range(3):
            answer = await asyncio.to_thread(watched.ask, RENAME, id=id)
            [error] = answer["errors"]
            assert error["extensions"]["code"] == problem.code
            assert problem.what in error["message"]
    finally:
        await owner.execute(WORK_AGAIN)
        await owner.close()
    assert watched.has_logged(problem.advice, since=begin)
    assert len([line for line in watched.log[begin:] if problem.what in line]) == 1
    assert not [line for line in watched.log[begin:] if "Traceback" in line]
    assert told(watched)["sessions_database_problems_total", problem.name] >= 3
    with watched.client as client:
        health = client.get("/health")
    assert health.status_code == 200
    assert problem.name in health.json()["database"]
    renamed = watched.data(RENAME, id=id)["renameSession"]
    assert renamed["__typename"] == "RenameSessionSuccess"


@pytest.fixture
def small_disk(tmp_path_factory):
    """A file system of a few megabytes."""
    folder = FOLDER / "small"
    folder.mkdir(parents=True)
    mount = ["mount", "-t", "tmpfs", "-o", "size=24m,mode=0755", "tmpfs", str(folder)]
    if subprocess.run(mount, check=False, capture_output=True).returncode:
        folder.rmdir()
        pytest.skip("only root may mount a small disk")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)
    folder.rmdir()


@pytest.mark.slow
def test_a_disk_that_is_full_is_told_and_used_again_when_there_is_room(small_disk, tmp_path):
    """A real one: the tables are on it, the log of PostgreSQL is not."""
    with postgres_cluster(FOLDER / "full") as cluster:
        space = small_disk / "space"
        cluster.make_folder(space)
        cluster.psql(f"CREATE TABLESPACE small LOCATION '{space}'")
        cluster.psql("CREATE ROLE ana SUPERUSER LOGIN PASSWORD 's3cret'")
        cluster.psql("CREATE DATABASE desk OWNER ana TABLESPACE small")
        url = cluster.url("ana", "s3cret", "desk")
        assert run("migrate", DATABASE_URL=url).returncode == 0
        with serving(DATABASE_URL=url) as served:
            filler = small_disk / "filler"
            while not fill(filler):
                pass
            intake = {"text": "no new mail", "logText": "x y " * 40_000}
            text = {"sessionType": "CHAT", "intake": intake}
            answer = served.ask(CREATE, input=text)
            while "errors" not in answer:
                answer = served.ask(CREATE, input=text)
            assert answer["errors"][0]["extensions"]["code"] == "DATABASE_FULL", answer
            assert served.has_logged("no disk space left")
            assert served.data("{ sessions { totalCount } }")
            found = " ".join(run("doctor", DATABASE_URL=url, SESSIONS_PORT="0").stdout.split())
            assert "FAIL database The database has no disk space left" in found
            filler.unlink()
            assert served.data(CREATE, input=text)["createSession"]["session"]["id"]
        assert "FAIL" not in run("doctor", DATABASE_URL=url, SESSIONS_PORT="0").stdout


def fill(filler) -> bool:
    """Write until the disk is full."""
    try:
        with filler.open("ab") as file:
            file.write(b"x" * 64_000)
    except OSError:
        return True
    return False


async def test_a_database_that_is_read_only_is_told_by_doctor(database_url):
    owner = await asyncpg.connect(database_url)
    name = await owner.fetchval("SELECT current_database()")
    await owner.execute(f'ALTER DATABASE "{name}" SET default_transaction_read_only = on')
    try:
        found = await asyncio.to_thread(run, "doctor", DATABASE_URL=database_url, SESSIONS_PORT="0")
    finally:
        await owner.execute("SET default_transaction_read_only = off")
        await owner.execute(f'ALTER DATABASE "{name}" RESET default_transaction_read_only')
        await owner.close()
    said = " ".join(found.stdout.split())
    assert "FAIL database The database cannot be written to" in said
    assert "Traceback" not in found.stderr
