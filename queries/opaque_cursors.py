"""Encrypted ids and cursors of events.

Ids of events and of transactions come from sequences that all accounts share. In clear, the
difference between two of them tells an account how much the others do. Clients get them encrypted,
with a key that all processes of the database share, so that a cursor works at any process and after
a restart. See docs/adr/0032.

An event's id is one AES block: it is an id, so equal events must have equal ids. A dashboard's
cursor has a random nonce: a client could otherwise see, by reconnecting, whether any transaction
has run in between.
"""

import base64
import binascii
import hashlib
import secrets
import struct
from collections.abc import Callable
from functools import cached_property
from typing import Any, cast
from uuid import UUID

from queries import pagination
from queries.account_events import EventPosition
from services.errors import InvalidCursor

#: The name of the key in `server_secrets`.
CURSOR_KEY = "cursors"
#: The id of an event, and half of the account's id: a cursor works in its own account only.
EVENT_BLOCK = struct.Struct(">q8s")
POSITION = struct.Struct(">qq")
NONCE_BYTES = 12
TAG_BYTES = 16


class CursorCipher:
    """Encrypts ids and positions of events for the clients of one account, and decrypts them."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    @cached_property
    def _block_cipher(self) -> Any:
        """AES without a mode: each id is one block, and no two ids are equal."""
        # Imported here, because many processes never need it: it takes 19 ms and 9 MB.
        from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

        return Cipher(algorithms.AES(derive_key(self._key, b"event ids")), modes.ECB())  # noqa: S305

    @cached_property
    def _encrypt_block(self) -> Callable[[bytes], bytes]:
        return cast("Callable[[bytes], bytes]", self._block_cipher.encryptor().update)

    @cached_property
    def _decrypt_block(self) -> Callable[[bytes], bytes]:
        return cast("Callable[[bytes], bytes]", self._block_cipher.decryptor().update)

    @cached_property
    def _position_cipher(self) -> Any:
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM

        return AESGCM(derive_key(self._key, b"dashboard cursors"))

    def encrypt_event_id(self, account_id: UUID, event_id: int) -> str:
        """The key in the global id of an event, and its cursor within its session."""
        block = EVENT_BLOCK.pack(event_id, account_id.bytes[8:])
        return encode_bytes(self._encrypt_block(block))

    def decrypt_event_id(self, account_id: UUID, text: str) -> int:
        """Raises InvalidCursor, also for an event of another account."""
        block = decode_bytes(text, EVENT_BLOCK.size)
        event_id, account = EVENT_BLOCK.unpack(self._decrypt_block(block))
        if account != account_id.bytes[8:]:
            raise InvalidCursor
        return int(event_id)

    def encrypt_position(self, account_id: UUID, position: EventPosition, nonce: bytes) -> str:
        """The cursor of a dashboard's event. A nonce is used for one position only."""
        sealed = self._position_cipher.encrypt(nonce, POSITION.pack(*position), account_id.bytes)
        return encode_bytes(nonce + sealed)

    def decrypt_position(self, account_id: UUID, cursor: str) -> EventPosition | None:
        """None for a cursor of an earlier version: its numbers are in clear, so a client could have
        made them up. Raises InvalidCursor."""
        if is_plain_cursor(cursor, int, int):
            return None
        sealed = decode_bytes(cursor, NONCE_BYTES + POSITION.size + TAG_BYTES)
        nonce, ciphertext = sealed[:NONCE_BYTES], sealed[NONCE_BYTES:]
        from cryptography.exceptions import InvalidTag

        try:
            opened = self._position_cipher.decrypt(nonce, ciphertext, account_id.bytes)
        except InvalidTag:
            raise InvalidCursor from None
        return EventPosition(*POSITION.unpack(opened))


def create_nonce() -> bytes:
    return secrets.token_bytes(NONCE_BYTES)


def derive_key(key: bytes, purpose: bytes) -> bytes:
    return hashlib.blake2b(purpose, key=key, digest_size=32).digest()


def is_plain_cursor(cursor: str, *types: type) -> bool:
    """Whether a cursor has the form of earlier versions, which did not encrypt it."""
    try:
        pagination.decode_cursor(cursor, *types)
    except InvalidCursor:
        return False
    return True


def encode_bytes(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).decode().rstrip("=")


def decode_bytes(text: str, size: int) -> bytes:
    """Raises InvalidCursor unless the text stands for exactly `size` bytes."""
    try:
        value = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        raise InvalidCursor from None
    if len(value) != size or encode_bytes(value) != text:
        raise InvalidCursor
    return value
