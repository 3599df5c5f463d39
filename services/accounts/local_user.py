"""The local user: who works here as long as nobody has to sign in."""

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

import models
from models import Role
from server.settings import Settings
from services.principal import Principal
from storage.tenancy import TenantDatabase

FIRST_COME = func.pg_advisory_xact_lock(func.hashtext("unified-sessions local user"))


async def get_or_create_local_user(database: TenantDatabase, settings: Settings) -> Principal:
    """The one user of an installation without sign-in, made at the first start."""
    async with database.orm_transaction() as db:
        account = await get_or_create_account(db, settings.account_name)
        user = await db.scalar(
            select(models.User).where(
                models.User.account_id == account.id,
                func.lower(models.User.email) == settings.user_email.lower(),
            )
        )
        if user is None:
            user = models.User(
                account_id=account.id,
                name=settings.user_name,
                email=settings.user_email,
                role=Role.ADMIN,
            )
            db.add(user)
            await db.flush()
    return Principal(user.id, account.id, user.role)


async def get_or_create_account(db: AsyncSession, name: str) -> models.Account:
    """The oldest account of that name, made if there is none; others wait meanwhile. One that
    came with a token is not it: its name is not ours."""
    await db.execute(select(FIRST_COME))
    account = await db.scalar(
        select(models.Account)
        .where(models.Account.name == name, models.Account.external_id.is_(None))
        .order_by(models.Account.created_at)
        .limit(1)
    )
    if account is None:
        account = models.Account(name=name)
        db.add(account)
        await db.flush()
    return account
