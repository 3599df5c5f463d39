from uuid import UUID

from services.generations import store as generation_store
from services.generations.finish import cancel_turns
from services.sessions import store
from services.sessions.access import lock_for_action
from services.sessions.lifecycle import SessionAction
from services.unit_of_work import UnitOfWork


async def delete_session(work: UnitOfWork, session_id: UUID) -> None:
    """Delete a session with all its content. Raises NotFound, Forbidden."""
    session = await lock_for_action(work, session_id, SessionAction.DELETE)
    db = work.transaction
    await store.lock_generations(db, session_id)
    await cancel_turns(work, session, "The session was deleted.")
    work.ended_generation_ids += await generation_store.find_running_document_ids(db, session_id)
    store.add_tombstone(db, session)
    await work.flush()
    work.touched_session_ids.add(session_id)
    await store.delete_session_row(db, session_id)
