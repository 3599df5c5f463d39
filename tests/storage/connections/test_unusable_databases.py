"""What a database says that cannot be used: one sentence with what to do, in every command."""

import asyncio
import re
import socket
import ssl
from contextlib import suppress
from urllib.parse import quote

import pytest

from storage.connections.connection_errors import DatabaseUnreachable
from storage.connections.database_url import parse_database_url
from storage.engine import connect
from tests.conftest import FOLDER
from tests.infrastructure.certificates import write_certificate
from tests.infrastructure.postgres_cluster import postgres_cluster
from tests.server_process import run

SECRET = "s3cret-%@/word"
#: What each command does first with a database.
COMMANDS = (
    ("serve", "--port", "0"),
    ("migrate",),
    ("doctor",),
    ("keys", "list"),
    ("keys", "create", "--name", "Monitoring"),
)


@pytest.fixture(scope="module")
def cluster():
    with postgres_cluster(FOLDER / "passwords") as cluster:
        cluster.psql(f"CREATE ROLE ana LOGIN PASSWORD '{SECRET}'")
        cluster.psql("CREATE DATABASE desk")
        cluster.psql("CREATE DATABASE closed")
        cluster.psql("REVOKE CONNECT ON DATABASE closed FROM PUBLIC")
        cluster.psql(f"CREATE ROLE few LOGIN CONNECTION LIMIT 0 PASSWORD '{SECRET}'")
        yield cluster


async def refusal(url: str) -> str:
    with pytest.raises(DatabaseUnreachable) as refused:
        await connect(parse_database_url(url))
    said = str(refused.value)
    assert "\n" not in said
    assert SECRET not in said
    return said


@pytest.mark.parametrize(
    ("user", "password", "database", "query", "said"),
    [
        ("ana", "wrong", "desk", "", "rejects the password of the user ana"),
        ("ana", "", "desk", "", "wants a password of the user ana"),
        ("nobody", SECRET, "desk", "", "rejects the password of the user nobody"),
        ("ana", SECRET, "nowhere", "", 'CREATE DATABASE "nowhere" OWNER "ana";'),
        ("ana", SECRET, "closed", "", 'GRANT CONNECT ON DATABASE "closed" TO "ana";'),
        ("few", SECRET, "desk", "", "max_connections"),
        ("ana", SECRET, "desk", "?sslmode=require", "offers no TLS"),
    ],
)
async def test_a_refused_connection_says_what_to_do(cluster, user, password, database, query, said):
    assert said in await refusal(cluster.url(user, password, database, query))


async def test_a_url_with_parameters_of_libpq_connects(cluster):
    query = (
        "?connect_timeout=10&application_name=desk&sslmode=prefer"
        "&target_session_attrs=read-write&options=-c%20jit%3Doff"
    )
    url = parse_database_url(cluster.url("ana", SECRET, "desk", query))
    connection = await connect(url, {"statement_timeout": "7s"}, purpose=" listener")
    shown = [
        await connection.fetchval(f"SHOW {name}")
        for name in ("application_name", "jit", "statement_timeout")
    ]
    await connection.close()
    assert shown == ["desk listener", "off", "7s"]


async def test_an_unreachable_host_says_what_to_do():
    assert "is unknown" in await refusal("postgresql://u:p@no-such-host.invalid/x")
    assert "Nothing accepts connections at 127.0.0.1:1" in await refusal(
        "postgresql://u@127.0.0.1:1/x"
    )
    assert "There is no socket" in await refusal("postgresql:///x?host=/nowhere")
    with socket.create_server(("127.0.0.1", 0)) as silent:
        address = f"127.0.0.1:{silent.getsockname()[1]}"
        said = await refusal(f"postgresql://u@{address}/x?connect_timeout=1&sslmode=disable")
        assert f"{address} did not answer within 1 seconds" in said


async def test_each_of_several_hosts_is_told_about(cluster):
    said = await refusal(f"postgresql://u@127.0.0.1:1,no-such-host.invalid:{cluster.port}/x")
    assert "Nothing accepts connections at 127.0.0.1:1." in said
    assert "The host of no-such-host.invalid" in said


async def test_an_untrusted_certificate_is_told(tmp_path):
    """Of a server that speaks TLS, as far as a client goes that does not trust it."""
    write_certificate(tmp_path / "crt", tmp_path / "key", "localhost")
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(tmp_path / "crt", tmp_path / "key")

    async def offer_tls(reader, writer):
        await reader.readexactly(8)
        writer.write(b"S")
        with suppress(ssl.SSLError, ConnectionError):
            await writer.start_tls(context)
        writer.close()

    async with await asyncio.start_server(offer_tls, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        url = f"postgresql://ana:{quote(SECRET, safe='')}@127.0.0.1:{port}/desk?sslmode=verify-full"
        assert "is not trusted" in await refusal(f"{url}&sslrootcert=system")


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_every_command_says_it_in_one_sentence(cluster, command):
    """`doctor` goes on with its other checks."""
    refused = run(*command, DATABASE_URL=cluster.url("ana", "wrong-secret", "desk"))
    said = refused.stdout + refused.stderr
    assert refused.returncode == 1
    assert "rejects the password of the user ana" in " ".join(said.split())
    assert "Traceback" not in said
    assert "wrong-secret" not in said


def test_all_missing_rights_are_told_at_once_with_the_statements(cluster):
    """What an administrator runs is enough."""
    cluster.psql("CREATE DATABASE fresh")
    url = cluster.url("ana", SECRET, "fresh")
    refused = run("keys", "list", DATABASE_URL=url)
    assert "Run: sessions migrate" in refused.stderr
    refused = run("migrate", DATABASE_URL=url)
    assert refused.returncode == 1
    assert "Traceback" not in refused.stderr
    statements = re.findall(r"^ +(.*;)$", refused.stderr, re.MULTILINE)
    assert statements == [
        "CREATE ROLE sessions_app NOLOGIN;",
        "CREATE ROLE sessions_keeper NOLOGIN;",
        "CREATE ROLE sessions_finder NOLOGIN;",
        "GRANT sessions_app, sessions_keeper, sessions_finder TO ana;",
        "ALTER DATABASE fresh OWNER TO ana;",
    ]
    for statement in statements:
        cluster.psql(statement, "fresh")
    assert run("migrate", DATABASE_URL=url).returncode == 0
    assert run("keys", "list", DATABASE_URL=url).returncode == 0
    assert "ok" in run("doctor", DATABASE_URL=url, SESSIONS_PORT="0").stdout

    cluster.psql(f"CREATE ROLE sessions_server LOGIN NOINHERIT PASSWORD '{SECRET}'")
    refused = run("keys", "list", DATABASE_URL=cluster.url("sessions_server", SECRET, "fresh"))
    assert 'GRANT sessions_app, sessions_keeper TO "sessions_server";' in refused.stderr
    assert "Traceback" not in refused.stderr
    cluster.psql("GRANT sessions_app, sessions_keeper TO sessions_server")
    granted = run("keys", "list", DATABASE_URL=cluster.url("sessions_server", SECRET, "fresh"))
    assert granted.returncode == 0, granted.stderr
