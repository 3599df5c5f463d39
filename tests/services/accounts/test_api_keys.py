"""API keys, and which logins stay valid, without a server."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from models import Role
from services.accounts import api_keys
from services.accounts.access_snapshot import read_access_snapshot
from services.accounts.login import AuthenticationFailed


@pytest.fixture
def database(running):
    return running.tenancy.system


async def created(database, **more) -> api_keys.NewApiKey:
    options = {"account_name": None, "default_account": "Keys", "expires_at": None} | more
    return await api_keys.create_key(database, "Monitoring", Role.LEAD, **options)


async def test_a_key_logs_in_with_its_role_until_it_is_revoked(database):
    new = await created(database)
    login = await api_keys.login_by_key(database, new.key)
    assert login.principal.role is Role.LEAD
    assert (await read_access_snapshot(database, {login})).allows(login)

    assert await api_keys.revoke_key(database, new.key) == f"us_{new.prefix}"
    assert not (await read_access_snapshot(database, {login})).allows(login)
    with pytest.raises(AuthenticationFailed, match="is revoked"):
        await api_keys.login_by_key(database, new.key)


async def test_an_expired_key_does_not_log_in(database):
    new = await created(database, expires_at=datetime.now(UTC) - timedelta(seconds=1))
    with pytest.raises(AuthenticationFailed, match="has expired"):
        await api_keys.login_by_key(database, new.key)


async def test_the_secret_of_a_key_counts_not_its_prefix(database):
    new = await created(database)
    other = api_keys.generate_key()
    forged = f"us_{new.prefix}_{other.key.rsplit('_', 1)[1]}"
    for wrong in (forged, other.key, "us_", new.key + "0"):
        with pytest.raises(AuthenticationFailed, match="unknown"):
            await api_keys.login_by_key(database, wrong)


async def test_only_the_default_account_is_created(database):
    await created(database, account_name="Keys")
    with pytest.raises(api_keys.AccountNotFound):
        await created(database, account_name=f"nobody's {uuid4()}")


async def test_a_prefix_that_no_key_has_is_not_revoked(database):
    with pytest.raises(api_keys.ApiKeyNotFound):
        await api_keys.revoke_key(database, "us_nothing")


async def test_use_is_recorded_and_listed_without_the_secret(database):
    new = await created(database)

    async def listed() -> api_keys.ApiKeyStatus:
        keys = await api_keys.list_keys(database)
        return next(key for key in keys if key.visible_prefix == f"us_{new.prefix}")

    assert (await listed()).last_used_at is None
    await api_keys.login_by_key(database, new.key)
    assert (await listed()).last_used_at is not None
    assert new.key.rsplit("_", 1)[1] not in f"{await listed()} {new}"
