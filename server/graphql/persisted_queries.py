"""Documents that clients name instead of sending: a manifest that the operator trusts, and what
clients have registered themselves, in the way of Apollo's persisted queries."""

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from graphql import GraphQLError

from execution.limits.errors import InvalidDocument, RequestRejected
from execution.limits.sized_lru import SizedLRU
from server.settings import Settings

#: Of memory, for documents that clients register, in each process.
CACHE_BYTES = 2_000_000
#: What one takes besides its text: its id, and its place.
ENTRY_BYTES = 500

NOT_FOUND = "PERSISTED_QUERY_NOT_FOUND"


class InvalidManifest(Exception):
    def __init__(self, path: Path, why: str) -> None:
        super().__init__(f"The trusted documents in {path} cannot be used: {why}.")


def read_manifest(path: Path) -> dict[str, str]:
    """Id and text of each document. Raises InvalidManifest."""
    try:
        manifest = json.loads(path.read_text())
        if isinstance(operations := manifest.get("operations"), list):
            # As Apollo's tools write it.
            manifest = {each["id"]: each["body"] for each in operations}
    except (OSError, ValueError, AttributeError, KeyError, TypeError) as error:
        raise InvalidManifest(path, str(error) or type(error).__name__) from None
    if not all(isinstance(text, str) for text in manifest.values()):
        raise InvalidManifest(path, "it must be an object of ids and documents")
    return dict(manifest)


def validate_manifest(
    manifest: Mapping[str, str], path: Path, trust: Callable[[str], None]
) -> None:
    """Raises InvalidManifest for a document that could not be run."""
    for id, text in manifest.items():
        try:
            trust(text)
        except GraphQLError as error:
            raise InvalidManifest(path, f"{id}: {error.message}") from None
        except InvalidDocument as invalid:
            raise InvalidManifest(path, f"{id}: {invalid.errors[0].message}") from None


@dataclass(slots=True)
class PersistedQueries:
    trusted: Mapping[str, str] = field(default_factory=dict)
    only_trusted: bool = False
    _remembered: SizedLRU[str, str] = field(
        default_factory=lambda: SizedLRU(CACHE_BYTES, entry_size)
    )

    def resolve_operation(self, asked: dict[str, Any]) -> dict[str, Any]:
        """The request with the document that it means. Raises RequestRejected."""
        id, query = operation_id(asked), asked.get("query")
        if self.only_trusted:
            return asked | {"query": self._trusted(id, query)}
        if id is None:
            return asked
        return asked | {"query": self._known(id) if query is None else self._registered(id, query)}

    def _trusted(self, id: str | None, query: object) -> str:
        if id is None and query in self.trusted.values():
            return str(query)
        text = self.trusted.get(id or "")
        if text is None or query not in (None, text):
            raise RequestRejected("DOCUMENT_NOT_TRUSTED", "This server runs known documents alone.")
        return text

    def _known(self, id: str) -> str:
        if id in self.trusted:
            return self.trusted[id]
        known = self._remembered.get(id)
        if known is None:
            # Clients look for these very words, then send the document along.
            raise RequestRejected(NOT_FOUND, "PersistedQueryNotFound")
        return known

    def _registered(self, id: str, query: object) -> str:
        if id in self.trusted and query == self.trusted[id]:
            return self.trusted[id]
        data = str(query).encode(errors="surrogatepass")
        if id in self.trusted or hashlib.sha256(data).hexdigest() != id:
            raise RequestRejected(
                "PERSISTED_QUERY_MISMATCH", "The document is not the one of that id."
            )
        if self._remembered.get(id) is None:
            self._remember(id, str(query), len(data))
        return str(query)

    def _remember(self, id: str, text: str, size: int) -> None:
        if size <= CACHE_BYTES // 10:
            self._remembered.put(id, text)


def entry_size(text: str) -> int:
    """Estimated memory of a registered operation, in bytes."""
    return ENTRY_BYTES + len(text.encode(errors="surrogatepass"))


def load_persisted_queries(settings: Settings, trust: Callable[[str], None]) -> PersistedQueries:
    """Raises InvalidManifest, also for a document that `trust` refuses."""
    if settings.trusted_documents is None:
        return PersistedQueries(only_trusted=settings.only_trusted_documents)
    trusted = read_manifest(settings.trusted_documents)
    validate_manifest(trusted, settings.trusted_documents, trust)
    return PersistedQueries(trusted, settings.only_trusted_documents)


def operation_id(asked: Mapping[str, Any]) -> str | None:
    """The id a request gives. Raises RequestRejected."""
    id = asked.get("documentId")
    extensions = asked.get("extensions")
    if isinstance(extensions, dict) and (persisted := extensions.get("persistedQuery")) is not None:
        if not isinstance(persisted, dict) or persisted.get("version") != 1:
            raise RequestRejected(
                "BAD_REQUEST", "Persisted queries of version 1 alone are understood."
            )
        id = persisted.get("sha256Hash")
        if not isinstance(id, str):
            raise RequestRejected("BAD_REQUEST", "A persisted query has a `sha256Hash`.")
    if id is not None and not isinstance(id, str):
        raise RequestRejected("BAD_REQUEST", "`documentId` must be a string.")
    return id
