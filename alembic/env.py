"""Runs the migrations on the connection it is handed, or on DATABASE_URL when used by hand."""

import asyncio
import os
from typing import Any

from alembic import context
from sqlalchemy import Connection
from sqlalchemy.ext.asyncio import create_async_engine

import models


def run(connection: Connection) -> None:
    context.configure(
        connection=connection,
        target_metadata=models.Base.metadata,
        on_version_apply=report_revision,
        # A migration may leave its transaction, to build indexes while others write.
        transaction_per_migration=True,
    )
    with context.begin_transaction():
        context.run_migrations()


def report_revision(*, step: Any, **_: Any) -> None:
    on_revision = context.config.attributes.get("on_revision")
    if on_revision is not None:
        on_revision(step.up_revision_id)


async def run_by_hand() -> None:
    url = os.environ.get("DATABASE_URL")
    if not url:
        raise SystemExit("Set DATABASE_URL, or use `sessions migrate`.")
    engine = create_async_engine(url.replace("postgresql://", "postgresql+asyncpg://", 1))
    async with engine.connect() as connection:
        await connection.run_sync(run)
        await connection.commit()
    await engine.dispose()


if (connection := context.config.attributes.get("connection")) is not None:
    run(connection)
else:
    asyncio.run(run_by_hand())
