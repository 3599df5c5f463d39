"""Just-in-time provisioning of users and accounts, without a server."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from models import Role
from services.accounts.login import AuthenticationFailed
from services.accounts.provisioning import ProvisioningPolicy, login_by_token
from services.accounts.store import AccountStore
from services.accounts.token_identity import TokenIdentity

NOW = datetime.now(UTC).replace(microsecond=0)
POLICY = ProvisioningPolicy()


@pytest.fixture
def database(running):
    return running.tenancy.system


def identity(**changes) -> TokenIdentity:
    subject = uuid4().hex
    made = TokenIdentity(
        external_id=f"https://issuer.example {subject}",
        account=f"account-{subject}",
        name="Mia",
        email=f"{subject}@example.com",
        email_is_verified=False,
        role=Role.ENGINEER,
        issued_at=NOW,
        expires_at=NOW + timedelta(hours=1),
    )
    return replace(made, **changes)


async def test_the_first_token_of_a_user_creates_account_and_user(database):
    mia = identity()
    login = await login_by_token(database, mia, POLICY)
    assert (login.principal.role, login.expires_at) == (Role.ENGINEER, mia.expires_at)
    assert (await login_by_token(database, mia, POLICY)).principal == login.principal


async def test_users_of_one_account_share_it_and_accounts_do_not(database):
    mia, noa = identity(), identity()
    first = (await login_by_token(database, mia, POLICY)).principal
    second = (await login_by_token(database, replace(noa, account=mia.account), POLICY)).principal
    other = (await login_by_token(database, noa, POLICY)).principal
    assert first.account_id == second.account_id != other.account_id
    assert len({first.user_id, second.user_id, other.user_id}) == 3


async def test_the_newest_token_limits_the_role_of_older_ones(database):
    old = identity(role=Role.ADMIN, issued_at=NOW - timedelta(hours=1))
    assert (await login_by_token(database, old, POLICY)).principal.role is Role.ADMIN
    newer = replace(old, role=Role.VIEWER, issued_at=NOW)
    assert (await login_by_token(database, newer, POLICY)).principal.role is Role.VIEWER
    assert (await login_by_token(database, old, POLICY)).principal.role is Role.VIEWER


async def test_a_token_with_a_lower_role_than_its_user_keeps_the_lower_role(database):
    low = identity(role=Role.VIEWER)
    high = replace(low, role=Role.LEAD, issued_at=NOW + timedelta(seconds=1))
    await login_by_token(database, high, POLICY)
    assert (await login_by_token(database, low, POLICY)).principal.role is Role.VIEWER


@pytest.mark.parametrize(
    ("policy", "message"),
    [
        (ProvisioningPolicy(new_accounts=False), "account of the token is unknown"),
        (ProvisioningPolicy(new_users=False), "user of the token is unknown"),
    ],
)
async def test_a_policy_forbids_what_is_unknown(database, policy, message):
    with pytest.raises(AuthenticationFailed, match=message):
        await login_by_token(database, identity(), policy)


async def test_an_email_address_belongs_to_one_user_of_an_account(database):
    mia = identity()
    await login_by_token(database, mia, POLICY)
    with pytest.raises(AuthenticationFailed, match="email address"):
        await login_by_token(database, identity(account=mia.account, email=mia.email), POLICY)


@pytest.mark.parametrize(
    ("link_email", "is_verified", "is_linked"),
    [
        ("never", True, False),
        ("verified", False, False),
        ("verified", True, True),
        ("always", False, True),
    ],
)
async def test_an_invited_user_is_linked_by_email_address(
    database, link_email, is_verified, is_linked
):
    name = f"Invited {uuid4()}"
    policy = ProvisioningPolicy(link_email=link_email, account_name=name)
    guest = identity(account=None, email_is_verified=is_verified)
    async with database.orm_transaction() as db:
        store = AccountStore(db)
        account = await store.get_or_create_account(name)
        invited = await store.get_or_create_admin(account.id, "Invited", guest.email.upper())
    if not is_linked:
        with pytest.raises(AuthenticationFailed, match="email address"):
            await login_by_token(database, guest, policy)
        return
    assert (await login_by_token(database, guest, policy)).principal.user_id == invited.id
