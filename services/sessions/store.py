"""SQL of support sessions: visibility, locks, steps, documents, titles, deletion, retention."""

from collections.abc import Collection
from datetime import timedelta
from uuid import UUID

from sqlalchemy import Select, Uuid, delete, select
from sqlalchemy.dialects.postgresql import ARRAY

import models
from models import DocumentKind, GenerationStatus
from services.principal import Principal
from storage.statements import ACCOUNT_ID, Statement, param
from storage.transactions import LockedQuery, Transaction

S, G, D = models.AISession, models.Generation, models.SessionDocument


#: The sessions that a caller can see: all of the account. Parameter: account_id.
VISIBLE_SESSIONS: Select[models.AISession] = select(S).where(S.account_id == ACCOUNT_ID)
VISIBLE_SESSION = VISIBLE_SESSIONS.where(S.id == param("id", Uuid()))
LOCKED_SESSION = LockedQuery(S, VISIBLE_SESSION)


async def find_visible_session(
    db: Transaction, principal: Principal, session_id: UUID | None
) -> models.AISession | None:
    found: models.AISession | None = await db.orm.scalar(
        VISIBLE_SESSION, {"id": session_id, "account_id": principal.account_id}
    )
    return found


async def insert_session(db: Transaction, session: models.AISession) -> None:
    db.orm.add(session)
    await db.orm.flush()


async def find_user(db: Transaction, user_id: UUID | None) -> models.User | None:
    return await db.orm.get(models.User, (db.account_id, user_id)) if user_id else None


# Documents


async def find_document(db: Transaction, document_id: UUID) -> models.SessionDocument | None:
    return await db.orm.get(D, (db.account_id, document_id))


async def refresh_document(db: Transaction, document: models.SessionDocument) -> None:
    """Read a document again after its session is locked."""
    await db.orm.refresh(document)


async def find_document_of_kind(
    db: Transaction, session_id: UUID, kind: DocumentKind
) -> models.SessionDocument | None:
    found: models.SessionDocument | None = await db.orm.scalar(
        select(D).where(D.session_id == session_id, D.kind == kind)
    )
    return found


async def save_document(db: Transaction, document: models.SessionDocument) -> None:
    db.orm.add(document)
    await db.orm.flush()


async def has_newer_document(db: Transaction, generation: models.Generation) -> bool:
    """Whether a generation of the same kind that began later has completed already."""
    newer = select(G.id).where(
        G.session_id == generation.session_id,
        G.kind == generation.kind,
        G.status == GenerationStatus.COMPLETED,
        G.position > generation.position,
    )
    return await db.orm.scalar(newer.limit(1)) is not None


# Titles

RUNNING_TURN = (
    select(G.id)
    .where(
        G.account_id == S.account_id,
        G.session_id == S.id,
        G.status == GenerationStatus.RUNNING,
        G.kind.in_(models.TURN_KINDS),
    )
    .exists()
)
#: Sessions whose first exchange is over.
UNDESCRIBED_SESSIONS = (
    select(S.id, S.account_id)
    .where(S.described_at.is_(None), S.step_count > 0, ~RUNNING_TURN)
    .order_by(S.created_at)
    .limit(10)
)
LOCK_UNDESCRIBED = Statement(UNDESCRIBED_SESSIONS.with_for_update(skip_locked=True))
MARK_DESCRIBED = Statement(
    """
    UPDATE ai_sessions s SET described_at = now()
    FROM unnest(:account_ids, :ids) AS w(account_id, id)
    WHERE s.account_id = w.account_id AND s.id = w.id
    """,
    account_ids=ARRAY(Uuid),
    ids=ARRAY(Uuid),
)
SESSION_OWNER = Statement(select(S.user_id).where(S.id == param("id", Uuid())))


async def claim_undescribed_sessions(db: Transaction) -> Collection[tuple[UUID, UUID]]:
    """Mark sessions as described; return their ids, each with the id of its account."""
    found = [(id, account_id) for id, account_id in await db.execute(LOCK_UNDESCRIBED)]
    if found:
        ids, account_ids = zip(*found, strict=True)
        await db.execute(MARK_DESCRIBED, account_ids=account_ids, ids=ids)
    return found


# Deletion

#: Long enough for a dashboard that reconnects to learn which sessions were deleted.
TOMBSTONES_KEPT_FOR = timedelta(days=7)
DELETE_TOMBSTONES = Statement(
    "DELETE FROM deleted_sessions WHERE deleted_at < now() - CAST(:kept_for AS interval)"
)
#: Counts are appended as differences; readers add them up.
MERGE_COUNTS = Statement(
    """
    WITH many AS (
        SELECT account_id FROM session_tallies GROUP BY account_id HAVING count(*) > 50
    ), taken AS (
        DELETE FROM session_tallies t USING many WHERE t.account_id = many.account_id
        RETURNING t.account_id, t.status, t.session_type, t.sessions
    )
    INSERT INTO session_tallies (account_id, status, session_type, sessions)
    SELECT account_id, status, session_type, sum(sessions) FROM taken
    GROUP BY account_id, status, session_type HAVING sum(sessions) <> 0
    """
)


async def lock_generations(db: Transaction, session_id: UUID) -> None:
    """Lock all generations of a session in the order of the token log, to avoid deadlocks."""
    generations = select(G.id).where(G.session_id == session_id)
    await db.orm.execute(generations.order_by(G.id).with_for_update())


def add_tombstone(db: Transaction, session: models.AISession) -> None:
    db.orm.add(
        models.DeletedSession(
            session_id=session.id,
            account_id=session.account_id,
            user_id=session.user_id,
            session_type=session.session_type,
            status=session.status,
            state_version=session.state_version + 1,
            created_at=session.created_at,
        )
    )


async def delete_session_row(db: Transaction, session_id: UUID) -> None:
    await db.orm.execute(
        delete(S).where(S.id == session_id).execution_options(synchronize_session=False)
    )
    db.orm.expunge_all()


async def delete_expired_tombstones(db: Transaction) -> None:
    await db.execute(DELETE_TOMBSTONES, kept_for=TOMBSTONES_KEPT_FOR)


async def merge_session_counts(db: Transaction) -> None:
    """Merge the count rows of accounts that have many of them."""
    await db.execute(MERGE_COUNTS)


LAST_FIRST = models.SessionStep.step_order.desc()


async def find_step(db: Transaction, step_id: UUID) -> models.SessionStep | None:
    return await db.orm.get(models.SessionStep, (db.account_id, step_id))


async def find_last_step(db: Transaction, session_id: UUID) -> models.SessionStep | None:
    """The last step of a session, answered or not."""
    of_session = select(models.SessionStep).where(models.SessionStep.session_id == session_id)
    step: models.SessionStep | None = await db.orm.scalar(of_session.order_by(LAST_FIRST).limit(1))
    return step


async def insert_step(db: Transaction, step: models.SessionStep) -> None:
    db.orm.add(step)
    await db.orm.flush()
