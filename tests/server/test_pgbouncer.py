"""Behind a real PgBouncer: session mode works, whatever it ignores; transaction mode is refused."""

import asyncio

import pytest

from storage.connections.database_url import parse_database_url
from storage.engine import connect_as_role
from storage.transactions import DatabaseRole
from tests.conftest import FOLDER
from tests.infrastructure.pgbouncer import pgbouncer
from tests.infrastructure.postgres_cluster import postgres_cluster
from tests.operations import CREATE, GET
from tests.server_process import run, serving

USERS = {"owner": "s3cret", "sessions_server": "s3cret"}
CHAT = {"sessionType": "CHAT", "intake": {"text": "Outlook shows no new mail"}}
GENERATION = "query G($id: ID!) { generation(id: $id) { status text } }"


@pytest.fixture(scope="module")
def cluster():
    with postgres_cluster(FOLDER / "pooled") as cluster:
        cluster.psql("CREATE ROLE owner LOGIN CREATEROLE PASSWORD 's3cret'")
        cluster.psql("CREATE DATABASE desk OWNER owner")
        cluster.psql("CREATE ROLE sessions_server LOGIN NOINHERIT PASSWORD 's3cret'")
        yield cluster


def urls(port: int) -> dict[str, str]:
    owner, server = (f"postgresql://{user}:s3cret@127.0.0.1:{port}/desk" for user in USERS)
    return {"DATABASE_URL": server, "SESSIONS_OWNER_DATABASE_URL": owner}


@pytest.fixture(scope="module")
def pooled(cluster):
    """In session mode, with its defaults."""
    with pgbouncer(cluster, USERS, mode="session") as port:
        assert run("migrate", **urls(port)).returncode == 0
        cluster.psql("GRANT sessions_app, sessions_keeper TO sessions_server")
        cluster.psql("INSERT INTO accounts (id, name) VALUES (gen_random_uuid(), 'Eve')", "desk")
        yield port


async def test_session_mode_works_with_answers_that_another_process_writes(pooled):
    """Migrations, roles, notifications and streams all go through the pooler."""
    assert run("doctor", **urls(pooled), SESSIONS_PORT="0").returncode == 0
    with (
        serving(**urls(pooled), SESSIONS_POOL_SIZE="3") as one,
        serving(**urls(pooled), SESSIONS_POOL_SIZE="3") as other,
    ):
        created = one.data(CREATE, input=CHAT)["createSession"]
        id = created["generation"]["id"]
        while (ended := other.data(GENERATION, id=id)["generation"])["status"] != "COMPLETED":
            await asyncio.sleep(0.05)
        session = other.data(GET, id=created["session"]["id"])["session"]
        assert session["messages"]["edges"][-1]["node"]["content"] == ended["text"]
        assert not [line for line in one.log + other.log if " ERROR " in line]


@pytest.mark.parametrize("role", DatabaseRole)
async def test_a_connection_has_its_role_whatever_the_pooler_ignores(cluster, pooled, role):
    """What it ignores at the start is set afterwards: row-level security is on."""
    ignored = "role, jit, default_transaction_read_only, statement_timeout, options"
    with pgbouncer(cluster, USERS, mode="session", ignore_startup_parameters=ignored) as port:
        url = parse_database_url(urls(port)["DATABASE_URL"])
        connection = await connect_as_role(url, role)
        assert await connection.fetchval("SELECT current_user") == role.value
        if role is DatabaseRole.APP:
            assert await connection.fetchval("SELECT count(*) FROM accounts") == 0
        await connection.close()


@pytest.mark.parametrize("turns", ["0", "1"], ids=["last used first", "in turns"])
@pytest.mark.parametrize("mode", ["transaction", "statement"])
def test_another_mode_is_refused_with_what_to_do(cluster, pooled, mode, turns):
    with pgbouncer(cluster, USERS, mode=mode, server_round_robin=turns) as port:
        for command in (("serve", "--port", "0"), ("doctor",)):
            refused = run(*command, **urls(port))
            said = " ".join((refused.stdout + refused.stderr).split())
            assert refused.returncode == 1, said
            assert "pool_mode = session" in said
            assert "Traceback" not in said
