"""Signing in at a server process, over HTTP and over WebSocket, with tokens and with keys."""

import json
import re
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from time import sleep, time

import asyncpg
import jwt
import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import connect

from tests.operations import CREATE, GET, SESSION_EVENTS
from tests.server_process import PATIENCE, Served, run, serving
from tests.token_issuer import AUDIENCE, ISSUER, Issuer, claims, issuing

VIEWER = "{ viewer { name email role account { name } } }"
CHAT = {"sessionType": "CHAT", "intake": {"text": "Outlook shows no new mail"}}
HISTORY = """
query H($id: ID!) { session(id: $id) { history { edges { node { kind actor { name } } } } } }
"""
FORBIDDEN = 4403
#: How long a token holds that has to end within a test.
SHORT = 4
SECRET = "a secret that only the issuer and this server know"


@pytest.fixture(scope="module")
def issuer():
    with issuing() as issuer:
        yield issuer


@pytest.fixture(scope="module")
def server(database_url, issuer):
    """Tokens of the issuer, and keys; nobody is waited for long."""
    settings = issuer.settings(DATABASE_URL=database_url, SESSIONS_RECHECK_SECONDS="0.2")
    with serving(**settings) as server:
        yield server
        server.stop()
        errors = [line for line in server.log if "ERROR" in line or "Traceback" in line]
        # What uvicorn says whenever a handshake is answered with a reason.
        assert [line for line in errors if "without completing handshake" not in line] == []


@pytest.fixture
def ana(server, issuer) -> Served:
    return server.by(issuer.token())


def keys(server_or_url, *arguments: str):
    return run("keys", *arguments, DATABASE_URL=server_or_url)


@pytest.fixture
def key(database_url) -> str:
    made = keys(database_url, "create", "--name", "Monitoring")
    assert made.returncode == 0, made.stderr
    return made.stdout.strip()


def refusal(server: Served, **options) -> tuple[int, str, str]:
    with server.client as client:
        answer = client.post("/graphql", json={"query": VIEWER}, **options)
    [error] = answer.json()["errors"]
    return answer.status_code, error["extensions"]["code"], error["message"]


async def change(url: str, statement: str, *values) -> None:
    connection = await asyncpg.connect(url)
    await connection.execute(statement, *values)
    await connection.close()


# Over HTTP


def test_a_token_is_a_user(ana):
    assert ana.data(VIEWER)["viewer"] == {
        "name": "Ana",
        "email": "ana@acme.example",
        "role": "ENGINEER",
        "account": {"name": "acme"},
    }


def test_two_accounts_see_nothing_of_each_other(ana, server, issuer):
    eve = server.by(issuer.token(sub="eve", account="umbrella", email="eve@umbrella.example"))
    session = ana.data(CREATE, input=CHAT)["createSession"]["session"]
    assert ana.data(GET, id=session["id"])["session"]["status"] == "ACTIVE"
    assert eve.data(GET, id=session["id"])["session"] is None


def test_many_first_requests_at_once_make_one_user(server, issuer):
    carl = server.by(issuer.token(sub="carl", account="new", email="carl@new.example"))
    viewer = "{ viewer { id account { id } } }"
    with ThreadPoolExecutor(8) as at_once:
        found = list(at_once.map(lambda _: json.dumps(carl.data(viewer)), range(16)))
    assert len(set(found)) == 1


def test_without_a_token_one_is_asked_to_sign_in(server):
    with server.client as client:
        answer = client.post("/graphql", json={"query": VIEWER})
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == "Bearer"
    [error] = answer.json()["errors"]
    assert error["extensions"]["code"] == "UNAUTHENTICATED"
    assert "Authorization" in error["message"]


@pytest.mark.parametrize("authorization", ["Basic YTpi", "Bearer", "x", "\xff\xfe"])
def test_another_kind_of_credentials_is_refused(server, authorization):
    status, code, _ = refusal(server, headers={b"authorization": authorization.encode("latin-1")})
    assert (status, code) == (401, "UNAUTHENTICATED")


def test_the_word_bearer_may_be_written_in_any_way(server, issuer):
    with server.client as client:
        for word in ("bearer", "BEARER", "Bearer "):
            headers = {"authorization": f"{word} {issuer.token()}"}
            assert client.post("/graphql", json={"query": VIEWER}, headers=headers).is_success


def test_a_refused_token_is_logged_with_its_reason_and_without_itself(server, issuer):
    expired = server.by(issuer.token(exp=int(time()) - 5))
    status, code, message = refusal(expired)
    assert (status, code, message) == (401, "UNAUTHENTICATED", "The token has expired.")
    assert server.has_logged("The token has expired.")
    assert expired.bearer not in "".join(server.log)
    assert expired.bearer[-40:] not in "".join(server.log)


def test_nothing_is_changed_for_a_stranger(server):
    with server.client as client:
        asked = {"query": CREATE, "variables": {"input": CHAT}}
        assert client.post("/graphql", json=asked).status_code == 401
        accept = {"accept": "text/event-stream"}
        assert client.post("/graphql", json=asked, headers=accept).status_code == 401
        assert client.get("/graphql", params={"query": VIEWER}).status_code == 401
        assert client.post("/graphql", content=b"x" * 100).status_code == 401


def test_probes_and_the_page_of_graphiql_need_no_sign_in(server):
    with server.client as client:
        assert client.get("/health").json() == {"status": "ok"}
        by_address = {"host": "10.1.2.3:8000"}
        assert client.get("/health", headers=by_address).json() == {"status": "ok"}
        assert client.get("/graphql", headers=by_address).status_code == 400
        page = client.get("/graphql", headers={"accept": "text/html"})
    assert page.is_success
    assert page.headers["content-type"].startswith("text/html")


@pytest.mark.parametrize(
    "name", ["access_token", "token", "Authorization", "api_key", "apikey", "X-Api-Key", "jwt"]
)
def test_a_token_in_the_address_is_refused_and_not_logged(server, issuer, name):
    with server.client as client:
        params = {"query": VIEWER, name: issuer.token()}
        answer = client.get("/graphql", params=params, headers=server.by(issuer.token()).headers)
    assert answer.status_code == 400
    assert "Authorization" in answer.json()["errors"][0]["message"]
    with pytest.raises(InvalidStatus) as refused:
        connect(f"{address(server)}?{name}={issuer.token()}", subprotocols=[PROTOCOL])
    assert refused.value.response.status_code == 400
    assert "eyJ" not in "".join(server.log)


def test_what_the_address_of_a_socket_says_is_never_logged(server, issuer):
    with connect(f"{address(server)}?x={issuer.token()}", subprotocols=[PROTOCOL]):
        pass
    assert "eyJ" not in "".join(server.log)


# What tokens say of people


def test_a_newer_token_renames_and_raises(server, issuer):
    now = int(time())
    dora = {"sub": "dora", "email": "dora@acme.example"}
    server.by(issuer.token(**dora, name="Dora", iat=now - 60)).data(VIEWER)
    newer = server.by(issuer.token(**dora, name="Dora Dean", role="lead", iat=now))
    assert newer.data(VIEWER)["viewer"]["name"] == "Dora Dean"
    assert newer.data(VIEWER)["viewer"]["role"] == "LEAD"


def test_an_older_token_changes_nothing_and_grants_no_more_than_the_newest(server, issuer):
    now = int(time())
    finn = {"sub": "finn", "email": "finn@acme.example", "name": "Finn"}
    old = server.by(issuer.token(**finn, role="admin", iat=now - 60))
    old.data(VIEWER)
    server.by(issuer.token(**finn, role="viewer", iat=now)).data(VIEWER)
    assert old.data(VIEWER)["viewer"]["role"] == "VIEWER"


def test_somebody_else_with_the_same_address_is_refused(ana, server, issuer):
    ana.data(VIEWER)
    status, code, message = refusal(server.by(issuer.token(sub="not ana")))
    assert (status, code) == (401, "UNAUTHENTICATED")
    assert "address" in message


async def test_somebody_invited_is_found_by_a_verified_address(ana, server, issuer, database_url):
    ana.data(VIEWER)
    await change(
        database_url,
        "INSERT INTO users (id, account_id, name, email) SELECT gen_random_uuid(), id, 'Gil',"
        " 'Gil@Acme.example' FROM accounts WHERE external_id = 'acme'",
    )
    gil = {"sub": "gil", "email": "gil@acme.example", "name": "Gil Grand"}
    assert refusal(server.by(issuer.token(**gil)))[0] == 401
    verified = server.by(issuer.token(**gil, email_verified=True))
    assert verified.data(VIEWER)["viewer"]["name"] == "Gil Grand"


async def test_a_deactivated_user_is_refused(server, issuer, database_url):
    token = issuer.token(sub="hugo", email="hugo@acme.example")
    server.by(token).data(VIEWER)
    await deactivate(database_url, "hugo@acme.example")
    assert "deactivated" in refusal(server.by(token))[2]


async def deactivate(url: str, email: str) -> None:
    await change(url, "UPDATE users SET deactivated_at = now() WHERE email = $1", email)


# Keys


def test_a_key_is_a_machine_with_the_name_of_the_key(server, key):
    machine = server.by(key)
    session = machine.data(CREATE, input=CHAT)["createSession"]["session"]
    history = machine.data(HISTORY, id=session["id"])["session"]["history"]["edges"]
    assert history[0]["node"] == {"kind": "CREATED", "actor": {"name": "Monitoring"}}


def test_a_key_of_the_right_prefix_and_another_secret_is_not_known(server, key):
    other = key[:-1] + ("0" if key[-1] != "0" else "1")
    for wrong in (other, key + "0", key[:-1], "us_", "us_x_y"):
        assert refusal(server.by(wrong))[2] == "The API key is unknown here."


def test_a_key_has_the_role_it_was_made_with(server, database_url):
    made = keys(database_url, "create", "--name", "Reader", "--role", "viewer")
    assert server.by(made.stdout.strip()).data(VIEWER)["viewer"]["role"] == "VIEWER"


def test_a_key_ends_by_itself(server, database_url):
    made = keys(database_url, "create", "--name", "Brief", "--expires-in", "1s")
    brief = server.by(made.stdout.strip())
    while "errors" not in brief.ask(VIEWER):
        sleep(0.2)
    assert "has expired" in refusal(brief)[2]
    assert re.search(r"Brief .*expired", keys(database_url, "list").stdout)


def test_the_list_shows_what_is_used_and_no_secret(server, key, database_url):
    prefix = "_".join(key.split("_")[:2])

    def line() -> str:
        listed = keys(database_url, "list").stdout
        assert key not in listed
        assert key.split("_")[2] not in listed
        [line] = [line for line in listed.splitlines() if line.startswith(prefix)]
        return line

    assert re.search(r"Monitoring +Local +engineer +never +never$", line())
    server.by(key).data(VIEWER)
    assert re.search(r"engineer +20\d\d-\d\d-\d\d \d\d:\d\d +never$", line())


async def test_the_database_holds_no_key(key, database_url):
    connection = await asyncpg.connect(database_url)
    rows = await connection.fetch("SELECT * FROM api_keys")
    await connection.close()
    assert rows
    assert key.split("_")[2] not in str(rows)


def test_a_revoked_key_is_refused_at_once(server, key, database_url):
    server.by(key).data(VIEWER)
    revoked = keys(database_url, "revoke", "_".join(key.split("_")[:2]))
    assert revoked.returncode == 0
    assert "is revoked" in refusal(server.by(key))[2]
    assert "revoked 20" in keys(database_url, "list").stdout
    assert keys(database_url, "revoke", key).returncode == 0


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["revoke", "us_nothing"], "no key with that prefix"),
        (["create", "--name", " "], "needs a name"),
        (["create", "--name", "x", "--account", "nobody's"], "no account"),
        (["create", "--name", "x", "--expires-in", "soon"], "12h or 30d"),
        (["create", "--name", "x", "--role", "root"], "root"),
    ],
)
def test_a_wrong_command_is_explained(database_url, arguments, says):
    refused = keys(database_url, *arguments)
    assert refused.returncode in (1, 2)
    assert says in refused.stderr
    assert "Traceback" not in refused.stderr


def test_a_key_can_be_of_another_account(ana, server, database_url):
    ana.data(VIEWER)
    made = keys(database_url, "create", "--name", "Acme's", "--account", "acme")
    account = server.by(made.stdout.strip()).data(VIEWER)["viewer"]["account"]
    assert account == {"name": "acme"}


# Over WebSocket

PROTOCOL = "graphql-transport-ws"


def address(server: Served) -> str:
    return server.url.replace("http", "ws", 1)


@contextmanager
def socket(server: Served, payload=None, **options):
    with connect(address(server), subprotocols=[PROTOCOL], **options) as connection:
        message = {"type": "connection_init"} | ({} if payload is None else {"payload": payload})
        connection.send(json.dumps(message))
        yield connection


def receive(connection) -> dict:
    return json.loads(connection.recv(timeout=PATIENCE))


def read_on(connection) -> None:
    while True:
        connection.recv(timeout=PATIENCE)


def closing(connection) -> tuple[int, str]:
    with pytest.raises(ConnectionClosed) as closed:
        read_on(connection)
    return closed.value.rcvd.code, closed.value.rcvd.reason


def follow(connection, session_id: str) -> None:
    """Subscribe to what goes on for ever."""
    assert receive(connection)["type"] == "connection_ack"
    payload = {"query": SESSION_EVENTS, "variables": {"sessionId": session_id}}
    connection.send(json.dumps({"id": "1", "type": "subscribe", "payload": payload}))


def session_of(server: Served) -> str:
    return server.data(CREATE, input=CHAT)["createSession"]["session"]["id"]


@pytest.mark.parametrize("name", ["Authorization", "authorization", "AUTHORIZATION"])
def test_a_socket_signs_in_with_its_first_message(ana, name):
    with socket(ana, {name: ana.headers["Authorization"]}) as connection:
        assert receive(connection)["type"] == "connection_ack"
        asked = {"id": "1", "type": "subscribe", "payload": {"query": VIEWER}}
        connection.send(json.dumps(asked))
        assert receive(connection)["payload"]["data"]["viewer"]["name"] == "Ana"


def test_a_program_may_sign_in_with_a_header_of_the_handshake(ana):
    with socket(ana, additional_headers=ana.headers) as connection:
        assert receive(connection)["type"] == "connection_ack"


@pytest.mark.parametrize(
    "payload",
    [
        None,
        {},
        *(
            {"Authorization": said}
            for said in ("", "Bearer x.y.z", "Bearer \ud800.x.y", 7, {}, [1])
        ),
    ],
)
def test_a_socket_that_does_not_sign_in_is_closed(server, payload):
    with socket(server, payload) as connection:
        code, reason = closing(connection)
    assert code == FORBIDDEN
    # The sentence that the response has over HTTP.
    assert reason.startswith(("Sign in: send the header", "The token", "The Authorization value"))


def test_what_the_first_message_says_goes_before_the_header(ana):
    wrong = {"Authorization": "Bearer us_wrong"}
    with socket(ana, wrong, additional_headers=ana.headers) as connection:
        assert closing(connection)[0] == FORBIDDEN


def test_a_socket_is_closed_when_its_token_ends(ana, server, issuer):
    session_id = session_of(ana)
    brief = server.by(issuer.token(exp=int(time()) + SHORT))
    with socket(brief, brief.headers) as connection:
        follow(connection, session_id)
        assert closing(connection) == (FORBIDDEN, "Forbidden")


def test_a_stream_of_events_ends_with_its_token_without_being_complete(ana, server, issuer):
    session_id = session_of(ana)
    asked = {"query": SESSION_EVENTS, "variables": {"sessionId": session_id}}
    brief = server.by(issuer.token(exp=int(time()) + SHORT))
    with (
        brief.client as client,
        client.stream(
            "POST", "/graphql", json=asked, headers={"accept": "text/event-stream"}
        ) as answer,
    ):
        assert answer.status_code == 200
        assert "complete" not in answer.read().decode()


def test_a_revoked_key_closes_its_sockets_and_no_others(ana, server, key, database_url):
    machine = server.by(key)
    with socket(ana, ana.headers) as stays, socket(machine, machine.headers) as goes:
        follow(stays, session_of(ana))
        follow(goes, session_of(machine))
        keys(database_url, "revoke", key)
        assert closing(goes) == (FORBIDDEN, "Forbidden")
        stays.send(json.dumps({"type": "ping"}))
        while receive(stays)["type"] != "pong":
            pass


async def test_a_deactivated_user_loses_their_sockets(server, issuer, database_url):
    iris = server.by(issuer.token(sub="iris", email="iris@acme.example"))
    with socket(iris, iris.headers) as connection:
        follow(connection, session_of(iris))
        await deactivate(database_url, "iris@acme.example")
        assert closing(connection) == (FORBIDDEN, "Forbidden")


def test_a_lowered_role_ends_sockets_and_a_raised_one_does_not(server, issuer):
    now = int(time())
    jane = {"sub": "jane", "email": "jane@acme.example"}
    first = server.by(issuer.token(**jane, role="engineer", iat=now - 60))
    with socket(first, first.headers) as low:
        follow(low, session_of(first))
        raised = server.by(issuer.token(**jane, role="lead", iat=now - 40))
        with socket(raised, raised.headers) as high:
            follow(high, session_of(raised))
            server.by(issuer.token(**jane, role="engineer", iat=now - 20)).data(VIEWER)
            assert closing(high) == (FORBIDDEN, "Forbidden")
        low.send(json.dumps({"type": "ping"}))
        while receive(low)["type"] != "pong":
            pass


# Other ways to set it up


def test_a_shared_secret_and_one_account_for_all(database_url):
    with serving(
        DATABASE_URL=database_url,
        SESSIONS_AUTH="required",
        SESSIONS_JWT_ISSUER=ISSUER,
        SESSIONS_JWT_AUDIENCE=AUDIENCE,
        SESSIONS_JWT_SECRET=SECRET,
        SESSIONS_JWT_ACCOUNT_CLAIM="",
        SESSIONS_ACCOUNT_NAME="Everybody",
    ) as server:
        token = jwt.encode(claims(account=None), SECRET)
        viewer = server.by(token).data(VIEWER)["viewer"]
        assert viewer["account"] == {"name": "Everybody"}
        assert SECRET not in "".join(server.said + server.log)


def test_strangers_are_not_made_users_unless_allowed(database_url, issuer):
    closed = issuer.settings(
        DATABASE_URL=database_url, SESSIONS_JWT_NEW_USERS="no", SESSIONS_JWT_NEW_ACCOUNTS="no"
    )
    with serving(**closed) as server:
        stranger = server.by(issuer.token(sub="kim", account="nowhere", email="kim@x.example"))
        assert "account of the token is unknown" in refusal(stranger)[2]
        local = server.by(issuer.token(sub="kim", account="acme", email="kim@x.example"))
        assert "unknown here" in refusal(local)[2]


def test_without_an_issuer_keys_alone_work_also_from_elsewhere(database_url, key):
    with serving(
        "--host",
        "0.0.0.0",
        DATABASE_URL=database_url,
        SESSIONS_AUTH="required",
        SESSIONS_ALLOWED_HOSTS="desk.example, 0.0.0.0",
        SESSIONS_ALLOWED_ORIGINS="https://console.example",
    ) as server:
        assert any("API keys only" in line for line in server.said)
        assert server.by(key).data(VIEWER)
        assert "API keys only" in refusal(server.by("x.y.z"))[2]
        check_hosts(server.by(key))
        check_origins(server.by(key))


def check_hosts(server: Served) -> None:
    with server.client as client:
        for host, status in (("desk.example", 200), ("localhost", 200), ("other.example", 400)):
            answer = client.post("/graphql", json={"query": VIEWER}, headers={"host": host})
            assert answer.status_code == status, host


def check_origins(server: Served) -> None:
    welcome, other = "https://console.example", "https://other.example"
    preflight = {
        "access-control-request-method": "POST",
        "access-control-request-headers": "authorization,content-type",
    }
    with server.client as client:
        for origin, status in ((welcome, 200), (other, 403), ("null", 403)):
            asked = client.options("/graphql", headers=preflight | {"origin": origin})
            assert asked.status_code == status
            assert client.post("/graphql", json={"query": VIEWER}, headers={"origin": origin})
        allowed = client.post("/graphql", json={"query": VIEWER}, headers={"origin": welcome})
    assert allowed.headers["access-control-allow-origin"] == welcome
    with socket(server, server.headers, origin=welcome) as connection:
        assert receive(connection)["type"] == "connection_ack"
    with pytest.raises(InvalidStatus):
        connect(address(server), subprotocols=[PROTOCOL], origin=other)


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        ({"SESSIONS_JWT_SECRET": "too short"}, "SESSIONS_JWT_SECRET has fewer"),
        ({"SESSIONS_JWT_SECRET": SECRET, "SESSIONS_JWT_JWKS_URL": "https://x"}, "not both"),
        ({"SESSIONS_JWT_SECRET": SECRET}, "SESSIONS_JWT_ISSUER and SESSIONS_JWT_AUDIENCE"),
        ({"SESSIONS_JWT_ISSUER": ISSUER}, "SESSIONS_JWT_JWKS_URL or SESSIONS_JWT_SECRET"),
        ({"SESSIONS_JWT_JWKS_URL": "http://keys.example/secret"}, "must be an https"),
        ({"SESSIONS_JWT_JWKS_URL": "https://a:secret@keys.example"}, "must be an https"),
        ({"SESSIONS_HOST": "0.0.0.0"}, "SESSIONS_ALLOWED_HOSTS"),
        ({"SESSIONS_ALLOWED_HOSTS": "a*b"}, "use * only by itself"),
        ({"SESSIONS_ALLOWED_ORIGINS": "console.example"}, "SESSIONS_ALLOWED_ORIGINS"),
        ({"SESSIONS_JWT_SECRET": SECRET, "SESSIONS_AUTH": "local"}, "SESSIONS_AUTH=required"),
    ],
)
def test_a_set_up_that_would_not_hold_is_refused_without_being_shown(settings, says):
    given = {"SESSIONS_AUTH": "required", "SESSIONS_PORT": "0"} | settings
    refused = run("serve", **given)
    assert refused.returncode == 1
    assert says in refused.stderr
    for secret in ("too short", SECRET, "secret@", "/secret"):
        assert secret not in refused.stderr + refused.stdout
    assert "Traceback" not in refused.stderr


def test_doctor_says_who_may_come_in(database_url, issuer):
    here = {"DATABASE_URL": database_url, "SESSIONS_PORT": "0"}
    assert re.search("ok +sign-in +none", run("doctor", **here).stdout)
    found = run("doctor", **issuer.settings(), **here)
    assert re.search(f"ok +sign-in +required: tokens of {ISSUER}", found.stdout)
    nowhere = issuer.settings(SESSIONS_JWT_JWKS_URL="http://127.0.0.1:1/")
    assert re.search("FAIL +sign.in", run("doctor", **nowhere, **here).stdout)


def test_chat_signs_in_with_a_key(server, key):
    said = run("chat", "the printer does not print", "--url", server.url, SESSIONS_API_KEY=key)
    assert said.returncode == 0, said.stderr
    assert said.stdout.strip()


@pytest.mark.parametrize("wrong", ["", "us_wrong"])
def test_chat_says_that_it_is_not_let_in(server, wrong):
    refused = run("chat", "hello", "--url", server.url, SESSIONS_API_KEY=wrong)
    assert refused.returncode == 1
    assert "SESSIONS_API_KEY" in refused.stderr
    assert "Traceback" not in refused.stderr


def test_while_the_issuer_is_away_nobody_is_told_that_they_are_wrong(database_url, issuer: Issuer):
    nowhere = issuer.settings(SESSIONS_JWT_JWKS_URL="http://127.0.0.1:1/")
    with serving(DATABASE_URL=database_url, **nowhere) as server:
        ana = server.by(issuer.token())
        assert refusal(ana)[:2] == (503, "SIGN_IN_UNAVAILABLE")
        with socket(ana, ana.headers) as connection:
            assert closing(connection)[0] == 1013
        assert "Traceback" not in "".join(server.log)
