"""Two accounts, twenty users of all roles, and everything they may do, at random and at once, held
against a model of who may do what: nothing of another account is seen, nothing wrongly refused."""

import asyncio
import random
import time
from collections import Counter
from dataclasses import dataclass, field
from itertools import cycle
from typing import Any
from uuid import UUID

from models import Role
from services.principal import Principal
from tests import factories
from tests.api_client import Api
from tests.chaos.conftest import SCALE
from tests.operations import call, create, get

SECONDS = min(60, 12 * SCALE)
AT_ONCE = 6
#: Of a page; more sessions than these are not made.
MOST_SESSIONS = 80

LISTED = "{ sessions(first: 100) { totalCount edges { node { id } } } }"
COUNTED = "{ dashboard { byStatus { status count } } }"
FOUND = "query ($id: ID!) { node(id: $id) { id } }"

OPEN, CLOSED = {"ACTIVE", "PAUSED", "ESCALATED"}, {"RESOLVED", "ABANDONED"}
#: From which statuses, and to which.
MOVES = {
    "pause": ({"ACTIVE"}, "PAUSED"),
    "resume": ({"PAUSED"}, "ACTIVE"),
    "resolve": (OPEN, "RESOLVED"),
    "abandon": (OPEN, "ABANDONED"),
    "reopen": (CLOSED, "ACTIVE"),
    "escalate": ({"ACTIVE", "PAUSED"}, "ESCALATED"),
    "claim": ({"ESCALATED"}, "ACTIVE"),
    "sendChatMessage": ({"ACTIVE"}, "ACTIVE"),
    "statusUpdate": (OPEN | CLOSED, None),
    "renameSession": (OPEN | CLOSED, None),
    "rateSession": (OPEN | CLOSED, None),
    "deleteSession": (OPEN | CLOSED, None),
}
MORE: dict[str, dict[str, Any]] = {
    "resolve": {"resolutionSummary": "Restarted it.", "documents": []},
    "escalate": {"reason": "It is beyond me"},
    "sendChatMessage": {"content": "And now?"},
    "statusUpdate": {"audience": "CLIENT_UPDATE"},
    "renameSession": {"title": "Mail"},
    "rateSession": {"rating": 4},
}


@dataclass(eq=False)
class Known:
    """A session as it must be."""

    id: str
    owner: Principal
    status: str = "ACTIVE"
    handed_to: UUID | None = None
    handed_by: UUID | None = None
    is_claimed: bool = False
    is_there: bool = True
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)

    def is_seen_by(self, who: Principal) -> bool:
        return self.is_there and who.account_id == self.owner.account_id

    def is_worked_on_by(self, who: Principal) -> bool:
        is_theirs = who.user_id in (self.owner.user_id, self.handed_to)
        return who.role in (Role.LEAD, Role.ADMIN) or (who.role is Role.ENGINEER and is_theirs)

    def outcome(self, verb: str, who: Principal) -> str:
        """What the answer must be called."""
        if who.role is Role.VIEWER:
            return "Forbidden"
        if not self.is_seen_by(who):
            return "NotFound"
        success = f"{verb[0].upper()}{verb[1:]}Success"
        before, _ = MOVES[verb]
        if verb == "claim":
            return self.outcome_of_claim(who, success)
        if verb == "deleteSession":
            is_allowed = who.user_id == self.owner.user_id or who.role is Role.ADMIN
            return success if is_allowed else "Forbidden"
        if not self.is_worked_on_by(who):
            return "Forbidden"
        return success if self.status in before else "InvalidTransition"

    def outcome_of_claim(self, who: Principal, success: str) -> str:
        if self.status != "ESCALATED":
            if not self.is_claimed:
                return "InvalidTransition"
            return success if self.handed_to == who.user_id else "AlreadyClaimed"
        return "Forbidden" if self.handed_by == who.user_id else success

    def become(self, verb: str, who: Principal) -> None:
        """After `verb` has succeeded."""
        if verb == "deleteSession":
            self.is_there = False
        elif verb == "escalate":
            self.handed_by, self.handed_to, self.is_claimed = who.user_id, None, False
        elif verb == "claim":
            if self.status != "ESCALATED":
                return
            self.handed_to, self.is_claimed = who.user_id, True
        self.status = MOVES[verb][1] or self.status


@dataclass
class Desk:
    api: Api
    users: list[Principal]
    chance: random.Random
    sessions: list[Known] = field(default_factory=list)
    seen: Counter[str] = field(default_factory=Counter)

    async def work(self, until: float) -> None:
        while time.monotonic() < until:
            who = self.chance.choice(self.users)
            await self.chance.choice([self.start, self.look, self.look_at_all, *[self.do] * 6])(who)

    async def start(self, who: Principal) -> None:
        if len(self.sessions) >= MOST_SESSIONS:
            return
        if who.role is Role.VIEWER:
            answer = await call(
                self.api.by(who), "createSession", "__typename", intake={"text": "a"}
            )
            assert answer["__typename"] == "Forbidden"
            return
        made = await create(self.api.by(who), "CHAT", "Outlook shows no new mail", title="Mail")
        self.sessions.append(Known(made["session"]["id"], who))

    async def look(self, who: Principal) -> None:
        known = self.chance.choice(self.sessions)
        async with known.turn:
            found = await get(self.api.by(who), known.id)
            node = (await self.api.by(who).data(FOUND, id=known.id))["node"]
            assert (found is not None) == (node is not None) == known.is_seen_by(who)
            if found:
                assert found["status"] == known.status
                may = {verb for verb in ("pause", "resume", "resolve", "abandon", "reopen", "claim")
                       if known.outcome(verb, who).endswith("Success")
                       and known.status in MOVES[verb][0]}  # fmt: skip
                offered = {action.lower() for action in found["allowedActions"]}
                assert offered & {"pause", "resume", "resolve", "abandon", "reopen", "claim"} == may
        self.seen["seen" if found else "not there"] += 1

    async def look_at_all(self, who: Principal) -> None:
        listed = (await self.api.by(who).data(LISTED))["sessions"]["edges"]
        own = {s.id for s in self.sessions if s.owner.account_id == who.account_id}
        assert {edge["node"]["id"] for edge in listed} <= own | self.being_made(listed, who)

    def being_made(self, listed: list[Any], who: Principal) -> set[str]:
        """Those that have been stored, while the answer to who made them is still on its way."""
        strange = {edge["node"]["id"] for edge in listed} - {s.id for s in self.sessions}
        assert len(strange) <= AT_ONCE
        return strange

    async def do(self, who: Principal) -> None:
        verb, known = self.chance.choice(list(MOVES)), self.chance.choice(self.sessions)
        if verb == "deleteSession" and self.chance.random() < 0.9:
            return
        async with known.turn:
            expected = known.outcome(verb, who)
            more = MORE.get(verb, {})
            answer = await call(self.api.by(who), verb, "__typename", sessionId=known.id, **more)
            # Whether the assistant still writes is not for this model to know.
            if answer["__typename"] == "SessionBusy" and verb == "sendChatMessage":
                assert expected == "SendChatMessageSuccess"
                return
            assert answer["__typename"] == expected, (verb, who, known)
            if expected.endswith("Success"):
                known.become(verb, who)
            self.seen[expected] += 1

    async def check_all(self, who: Principal) -> None:
        """Now that nobody changes anything, lists and counts are exact."""
        there = [s for s in self.sessions if s.is_seen_by(who)]
        listed = (await self.api.by(who).data(LISTED))["sessions"]
        assert {edge["node"]["id"] for edge in listed["edges"]} == {s.id for s in there}
        assert listed["totalCount"] == len(there)
        counted = (await self.api.by(who).data(COUNTED))["dashboard"]["byStatus"]
        found = {each["status"]: each["count"] for each in counted if each["count"]}
        assert found == dict(Counter(s.status for s in there))


async def users_of_two_accounts(running) -> list[Principal]:
    users: list[Principal] = []
    roles = cycle([Role.ENGINEER, Role.VIEWER, Role.ENGINEER, Role.LEAD, Role.ADMIN])
    for account in range(2):
        first = await factories.user(running, f"First {account}", role=next(roles))
        users.append(first)
        for number in range(9):
            name = f"User {account}-{number}".replace(" ", "-")
            of = first.account_id
            users.append(await factories.user(running, name, account_id=of, role=next(roles)))
    return users


async def test_nobody_sees_or_does_what_is_not_theirs_and_all_else_works(running, seed):
    users = await users_of_two_accounts(running)
    desk = Desk(Api(running, users[0]), users, random.Random(seed))
    for who in users[::3]:
        await desk.start(who)
    until = time.monotonic() + SECONDS
    await asyncio.gather(*(desk.work(until) for _ in range(AT_ONCE)))
    for who in users:
        await desk.check_all(who)
    print(f"{sum(desk.seen.values())} operations: {dict(desk.seen)}")
    assert desk.seen.keys() >= {"NotFound", "Forbidden", "InvalidTransition", "seen", "not there"}
    accounts = {session.owner.account_id for session in desk.sessions}
    assert accounts == {user.account_id for user in users}, "one account had no session"
