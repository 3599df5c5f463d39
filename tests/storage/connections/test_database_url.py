"""URLs of databases, as operators copy them from where they have theirs."""

import pytest

from storage.connections.database_url import (
    InvalidDatabaseUrl,
    describe_database,
    host_urls,
    parse_database_url,
)
from storage.database_location import DatabaseLocation


@pytest.mark.parametrize(
    ("text", "described"),
    [
        ("postgresql://u:secret@host/db", "postgresql://u:***@host:5432/db"),
        ("postgres://u@host:5433/db", "postgresql://u@host:5433/db"),
        (" postgresql+asyncpg://u@[::1]:5433/db\n", "postgresql://u@[::1]:5433/db"),
        ("postgresql://u:s%2Cecret@h1,h2/db", "postgresql://u:***@h1:5432,h2:5432/db"),
        ("postgresql://h1:1,h2:2/db", "postgresql://h1:1,h2:2/db"),
        ("postgresql://[::1]:1,[::2]/db", "postgresql://[::1]:1,[::2]:5432/db"),
        ("postgresql:///db?host=h1,h2&port=5433", "postgresql://h1:5433,h2:5433/db"),
        ("postgresql:///db?host=/run/postgresql", "postgresql:///run/postgresql/db"),
        ("postgresql:///db?host=h1,h2&port=1,2&password=secret", "postgresql://h1:1,h2:2/db"),
    ],
)
def test_a_database_is_described_by_all_its_hosts_and_without_a_password(text, described):
    url = parse_database_url(text)
    assert describe_database(url) == described
    assert len(host_urls(url)) == described.count(",") + 1


@pytest.mark.parametrize(
    "query",
    [
        "connect_timeout=10",
        "application_name=desk",
        "fallback_application_name=desk",
        "options=-c%20statement_timeout%3D5s",
        "target_session_attrs=read-write",
        "target_session_attrs=any",
        "target_session_attrs=primary",
        "sslmode=verify-full&sslrootcert=system",
        "channel_binding=prefer",
        "gssencmode=disable",
        "keepalives=1",
        "load_balance_hosts=random",
        "client_encoding=UTF8",
    ],
)
def test_what_libpq_understands_is_understood(query):
    assert parse_database_url(f"postgresql://u@h/db?{query}")


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("channel_binding=require", "sslmode=verify-full"),
        ("target_session_attrs=standby", "`read-write`"),
        ("target_session_attrs=prefer-standby", "`read-write`"),
        ("hostaddr=10.0.0.1", "give the address as the host"),
        ("keepalives=0", "keepalives=0"),
        ("keepalives_idle=30", "keepalives_idle"),
        ("require_auth=scram-sha-256", "require_auth"),
        ("client_encoding=latin1", "UTF-8"),
        ("gssencmode=require", "gssencmode=require"),
        ("sslmode=no-verify", "verify-full"),
        ("sslrootcert=/nowhere/root.crt", "/nowhere/root.crt"),
        ("sslmode=require&sslmode=disable", "twice"),
        ("connect_timeout=ten", "whole seconds"),
        ("pgbouncer=true", "pgbouncer"),
        ("schema=desk", "`public`"),
        ("statement_timeout=5s", "options=-c"),
        ("ssl=true&sslmode=nonsense", "ssl: "),
    ],
)
def test_what_is_not_supported_is_named_with_what_to_do(query, said):
    with pytest.raises(InvalidDatabaseUrl) as refused:
        parse_database_url(f"postgresql://u:secret@h/db?{query}")
    assert said in str(refused.value)
    assert "secret" not in str(refused.value)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    "text",
    [
        "secret",
        "jdbc:postgresql://u:secret@h/db",
        "mysql://u:secret@h/db",
        "postgresql://u:secret@h:port/db",
        "postgresql://u:secret@h1:1,h2:x/db",
        "postgresql://u:secret@h1,,h2/db",
        "postgresql://u:secret@/db?host=h1,h2,h3&port=1,2",
        "",
    ],
)
def test_what_is_no_url_is_told_without_its_password(text):
    with pytest.raises(InvalidDatabaseUrl) as refused:
        DatabaseLocation.external("postgresql://h/db", text)
    assert str(refused.value).startswith("SESSIONS_OWNER_DATABASE_URL ")
    assert "secret" not in str(refused.value)


@pytest.mark.parametrize("hosts", ["h", "h:5433", "h1,h2"])
def test_a_password_with_a_sign_of_urls_is_not_shown_as_a_host(hosts):
    with pytest.raises(InvalidDatabaseUrl) as refused:
        parse_database_url(f"postgresql://u:pass@secret@{hosts}/db")
    assert "secret" not in str(refused.value)
    assert "%40" in str(refused.value)
    assert parse_database_url(f"postgresql://u:pass%40secret@{hosts}/db").password == "pass@secret"
