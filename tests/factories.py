"""Rows that tests begin with, every field filled in."""

from typing import Any
from uuid import UUID

import models
from models import Role
from server.runtime import Runtime
from services.principal import Principal
from tests.superuser import as_owner


async def user(
    running: Runtime, name: str, *, account_id: UUID | None = None, role: Role = Role.ENGINEER
) -> Principal:
    async with as_owner(running) as db:
        if account_id is None:
            account = models.Account(name=f"{name}'s company")
            db.add(account)
            await db.flush()
            account_id = account.id
        row = models.User(
            account_id=account_id, name=name, email=f"{name.lower()}@example.com", role=role
        )
        db.add(row)
        await db.flush()
    return Principal(row.id, account_id, role)


async def save(running: Runtime, *rows: Any) -> None:
    async with as_owner(running) as db:
        db.add_all(rows)


def chat_session(owner: Principal, **fields: Any) -> models.ChatSession:
    return models.ChatSession(
        **{
            "account_id": owner.account_id,
            "user_id": owner.user_id,
            "title": "Mail does not sync",
            "intake_content": {"text": "Outlook shows no new mail"},
            "suggested_flow_ids": [],
        }
        | fields
    )


def guided_session(owner: Principal, **fields: Any) -> models.GuidedSession:
    return models.GuidedSession(
        **{
            "account_id": owner.account_id,
            "user_id": owner.user_id,
            "intake_content": {"text": "The VPN drops every few minutes"},
            "suggested_flow_ids": [],
        }
        | fields
    )
