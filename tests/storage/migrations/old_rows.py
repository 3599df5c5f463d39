"""A database as the system before this one left it: at revision 0001, with people at work."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import Connection, MetaData
from sqlalchemy.ext.asyncio import AsyncEngine

#: In an order that satisfies the foreign keys.
TABLES = ("accounts", "users", "flows", "assistant_chats", "ai_sessions", "ai_session_steps")
NOON = datetime(2026, 1, 15, 12, 0, 0, 123456, tzinfo=UTC)

Row = dict[str, Any]

OPTIONS = [
    {"label": "Yes, it does", "value": "yes", "followup_hint": "Then the line is fine."},
    {"label": "No, nothing", "value": "no", "followup_hint": None},
]


def account(name: str) -> Row:
    return {"id": uuid4(), "name": name, "created_at": NOON}


def user(account: Row, name: str) -> Row:
    return {
        "id": uuid4(),
        "account_id": account["id"],
        "name": name,
        "email": f"{name.lower()}@example.com",
        "role": "engineer",
        "created_at": NOON,
    }


def session(owner: Row, status: str, **fields: Any) -> Row:
    return {
        "id": uuid4(),
        "account_id": owner["account_id"],
        "user_id": owner["id"],
        "status": status,
        "intake_type": "free_text",
        "intake_content": {"text": f"The VPN drops, it is {status}"},
        "problem_summary": None,
        "problem_domain": "Network",
        "step_count": 0,
        "conversation_messages": [],
        "system_prompt_snapshot": None,
        "matched_flow_id": None,
        "match_score": None,
        "confidence_tier": "discovery",
        "confidence_score": 0.25,
        "resolution_summary": None,
        "escalation_reason": None,
        "escalation_package": None,
        "escalated_to_id": None,
        "psa_ticket_id": None,
        "psa_connection_id": None,
        "session_rating": None,
        "session_feedback": None,
        "created_at": NOON,
        "updated_at": NOON + timedelta(hours=1),
        "resolved_at": None,
    } | fields


def step(session: Row, order: int, **fields: Any) -> Row:
    return {
        "id": uuid4(),
        "account_id": session["account_id"],
        "session_id": session["id"],
        "step_order": order,
        "step_type": "question",
        "content": f"Does test {order} of the gateway pass?",
        "context_message": "To tell the line from the client.",
        "options": OPTIONS,
        "allow_free_text": True,
        "allow_skip": True,
        "expected_outcome": None,
        "confidence_tier": "guided",
        "confidence_score": 0.9,
        "selected_option": None,
        "response_text": None,
        "skipped": False,
        "responded_at": None,
        "created_at": NOON + timedelta(minutes=order),
    } | fields


class OldDesk:
    """Two people and every kind of row they left."""

    def __init__(self) -> None:
        self.company = account("Old company")
        self.olga = user(self.company, "Olga")
        self.otto = user(self.company, "Otto")
        self.flow = {
            "id": uuid4(),
            "account_id": self.company["id"],
            "slug": "old-vpn",
            "title": "The old VPN",
            "description": "What to do about the old VPN",
            "domain": "Network",
            "tags": ["vpn"],
            "tree": {"root": "a", "nodes": {"a": {"type": "solution", "content": "Reboot."}}},
            "usage_count": 7,
            "success_rate": 0.5,
            "last_matched_at": NOON,
            "created_at": NOON,
            "updated_at": NOON,
        }
        self.chat = {
            "id": uuid4(),
            "account_id": self.company["id"],
            "user_id": self.olga["id"],
            "title": "An old chat",
            "messages": [{"role": "user", "content": "Hello"}],
            "created_at": NOON,
            "updated_at": NOON,
        }
        self.active = session(
            self.olga,
            "active",
            step_count=4,
            matched_flow_id=self.flow["id"],
            match_score=0.85,
            confidence_tier="guided",
            psa_ticket_id="T-100",
            system_prompt_snapshot="You are FlowPilot.",
            conversation_messages=[
                {"role": "user", "content": "the whatchamacallit blinks"},
                {"role": "assistant", "content": [{"type": "text", "text": "in blocks"}]},
                "not even an object",
            ],
        )
        answered = {"responded_at": NOON + timedelta(minutes=30)}
        self.steps = [
            step(self.active, 1, selected_option="no", **answered),
            step(self.active, 2, response_text="It blinks twice", options=[], **answered),
            step(self.active, 3, skipped=True, **answered),
            step(self.active, 4),
        ]
        self.resolved = session(
            self.olga,
            "resolved",
            intake_type="log_paste",
            intake_content={"text": "Sync fails", "log_text": "0x8004010F\nlost connection"},
            problem_summary="Outlook loses its connection",
            resolution_summary="Made a new profile",
            session_rating=5,
            session_feedback="Quick",
            resolved_at=NOON + timedelta(hours=1),
        )
        self.escalated = session(
            self.otto,
            "escalated",
            intake_type="combined",
            escalation_reason="Needs the firewall team",
            escalation_package={"summary": "Tried everything"},
            escalated_to_id=self.olga["id"],
        )
        self.paused = session(self.otto, "paused", intake_type="psa_ticket", psa_ticket_id="T-101")
        #: What a JSON column holds when somebody assigned None to it.
        self.abandoned = session(self.otto, "abandoned", conversation_messages=None)

    @property
    def sessions(self) -> list[Row]:
        return [self.active, self.resolved, self.escalated, self.paused, self.abandoned]

    def rows(self) -> dict[str, list[Row]]:
        return {
            "accounts": [self.company],
            "users": [self.olga, self.otto],
            "flows": [self.flow],
            "assistant_chats": [self.chat],
            "ai_sessions": self.sessions,
            "ai_session_steps": self.steps,
        }

    async def move_in(self, engine: AsyncEngine) -> None:
        async with engine.begin() as connection:
            await connection.run_sync(self._insert)

    def _insert(self, connection: Connection) -> None:
        old = MetaData()
        old.reflect(connection)
        for table, rows in self.rows().items():
            connection.execute(old.tables[table].insert(), rows)


async def snapshot(engine: AsyncEngine) -> dict[str, dict[UUID, Row]]:
    """Every column of every row of the old tables."""

    def read(connection: Connection) -> dict[str, dict[UUID, Row]]:
        found = MetaData()
        found.reflect(connection, only=TABLES)
        return {
            name: {row["id"]: dict(row) for row in connection.execute(table.select()).mappings()}
            for name, table in found.tables.items()
        }

    async with engine.connect() as connection:
        return await connection.run_sync(read)
