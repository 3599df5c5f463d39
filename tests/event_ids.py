"""Global ids of events, which clients get encrypted."""

from schema import ids
from server.runtime import Runtime
from services.principal import Principal


def event_global_id(running: Runtime, viewer: Principal, event_id: int) -> str:
    key = running.cursor_cipher.encrypt_event_id(viewer.account_id, event_id)
    return ids.encode_global_id("SessionEvent", key)
