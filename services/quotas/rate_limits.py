"""So many a minute, over all processes.

A generic cell rate algorithm: of each subject only the moment is kept at which it has its whole
minute's allowance again (`full_at`). Taking moves that moment on by a minute's share, and is
refused where it would come to lie more than a minute ahead. So a burst of a whole minute's
allowance is fine, and then one more each time a share has passed.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.types import Float, Uuid

from services.errors import RateLimited
from services.principal import Principal
from services.timestamps import utc_now
from storage.statements import Statement
from storage.transactions import Transaction


class RateKind(StrEnum):
    """What is counted, in the words of its refusal."""

    REQUESTS = "requests"
    ANSWERS = "answers"


@dataclass(frozen=True, slots=True)
class RatePerMinute:
    user: int | None
    account: int | None

    @property
    def is_any(self) -> bool:
        return self.user is not None or self.account is not None

    def limits_by_subject(self, principal: Principal) -> dict[UUID, int]:
        """Limits by subject; those without one are left out."""
        both = {principal.user_id: self.user, principal.account_id: self.account}
        return {subject: most for subject, most in both.items() if most is not None}


TYPES: dict[str, Any] = {"ids": ARRAY(Uuid), "most": ARRAY(Float)}

#: In the order of the ids, so that two that take at once never wait for each other in a circle.
TAKE = Statement(
    """
    INSERT INTO rates AS r (account_id, subject_id, kind, full_at)
    SELECT :account_id, w.id, :kind,
        statement_timestamp() + :count * (interval '1 minute' / w.most)
    FROM unnest(:ids, :most) AS w(id, most) ORDER BY w.id
    ON CONFLICT (subject_id, kind) DO UPDATE
        SET full_at = greatest(r.full_at, statement_timestamp())
            + (excluded.full_at - statement_timestamp())
        WHERE greatest(r.full_at, statement_timestamp())
            + (excluded.full_at - statement_timestamp())
            <= statement_timestamp() + interval '1 minute'
    RETURNING r.subject_id
    """,
    **TYPES,
)

FREE_AT = Statement(
    """
    SELECT max(r.full_at + :count * (interval '1 minute' / w.most)) - interval '1 minute'
    FROM unnest(:ids, :most) AS w(id, most)
    JOIN rates r ON r.subject_id = w.id AND r.kind = :kind
    """,
    **TYPES,
)


async def consume_rate(
    db: Transaction, principal: Principal, rate: RateKind, limits: RatePerMinute, count: int = 1
) -> None:
    """Use up some of what is allowed, unless the transaction is rolled back.

    Raises RateLimited.
    """
    wanted = limits.limits_by_subject(principal)
    if not wanted:
        return
    asked: dict[str, Any] = {
        "kind": rate.value,
        "ids": list(wanted),
        "most": list(wanted.values()),
        "count": count,
    }
    taken = {row[0] for row in await db.execute(TAKE, **asked, account_id=principal.account_id)}
    if refused := wanted.keys() - taken:
        asked |= {"ids": list(refused), "most": [wanted[subject] for subject in refused]}
        retry_at: datetime = await db.fetch_value(FREE_AT, **asked) or utc_now()
        whose = "You" if principal.user_id in refused else "All of your account together"
        most = wanted[min(refused, key=lambda subject: wanted[subject])]
        raise RateLimited(f"{whose} may have {most} {rate.value} a minute.", retry_at)
