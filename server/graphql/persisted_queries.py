"""Persisted queries, which clients send by id: those of a manifest (trusted documents), and those
that clients register (Apollo's automatic persisted queries)."""

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

#: Memory for automatic persisted queries, per process.
CACHE_BYTES = 2_000_000
#: Memory of an entry besides its text.
ENTRY_BYTES = 500

NOT_FOUND = "PERSISTED_QUERY_NOT_FOUND"


class InvalidManifest(Exception):
    """The file in SESSIONS_TRUSTED_DOCUMENTS cannot be used."""

    def __init__(self, path: Path, why: str) -> None:
        super().__init__(f"The manifest of persisted queries {path} is invalid: {why}.")


def read_manifest(path: Path) -> dict[str, str]:
    """Maps ids to queries. Raises InvalidManifest."""
    try:
        manifest = json.loads(path.read_text())
        if isinstance(operations := manifest.get("operations"), list):
            # The format of Apollo's tools.
            manifest = {each["id"]: each["body"] for each in operations}
    except (OSError, ValueError, AttributeError, KeyError, TypeError) as error:
        raise InvalidManifest(path, str(error) or type(error).__name__) from None
    if not all(isinstance(text, str) for text in manifest.values()):
        raise InvalidManifest(path, "it must be an object that maps ids to queries")
    return dict(manifest)


def validate_manifest(
    manifest: Mapping[str, str], path: Path, trust: Callable[[str], None]
) -> None:
    """Raises InvalidManifest for a query that is invalid or exceeds a limit."""
    for id, text in manifest.items():
        try:
            trust(text)
        except GraphQLError as error:
            raise InvalidManifest(path, f"{id}: {error.message}") from None
        except InvalidDocument as invalid:
            raise InvalidManifest(path, f"{id}: {invalid.errors[0].message}") from None


@dataclass(slots=True)
class PersistedQueries:
    """Resolves the id in a request to its query."""

    trusted: Mapping[str, str] = field(default_factory=dict)
    only_trusted: bool = False
    _registered_queries: SizedLRU[str, str] = field(
        default_factory=lambda: SizedLRU(CACHE_BYTES, entry_size)
    )

    def resolve_operation(self, request: dict[str, Any]) -> dict[str, Any]:
        """The request with its query filled in. Raises RequestRejected."""
        id, query = operation_id(request), request.get("query")
        if self.only_trusted:
            return request | {"query": self._trusted(id, query)}
        if id is None:
            return request
        return request | {"query": self._lookup(id) if query is None else self._register(id, query)}

    def _trusted(self, id: str | None, query: object) -> str:
        if id is None and query in self.trusted.values():
            return str(query)
        text = self.trusted.get(id or "")
        if text is None or query not in (None, text):
            raise RequestRejected(
                "DOCUMENT_NOT_TRUSTED",
                "This server accepts only the persisted queries of its manifest.",
            )
        return text

    def _lookup(self, id: str) -> str:
        if id in self.trusted:
            return self.trusted[id]
        known = self._registered_queries.get(id)
        if known is None:
            # Clients expect exactly this message, and then send the query.
            raise RequestRejected(NOT_FOUND, "PersistedQueryNotFound")
        return known

    def _register(self, id: str, query: object) -> str:
        if id in self.trusted and query == self.trusted[id]:
            return self.trusted[id]
        data = str(query).encode(errors="surrogatepass")
        if id in self.trusted or hashlib.sha256(data).hexdigest() != id:
            raise RequestRejected("PERSISTED_QUERY_MISMATCH", "The query does not match its id.")
        if self._registered_queries.get(id) is None and len(data) <= CACHE_BYTES // 10:
            self._registered_queries.put(id, str(query))
        return str(query)


def entry_size(text: str) -> int:
    """Estimated memory of a registered operation, in bytes."""
    return ENTRY_BYTES + len(text.encode(errors="surrogatepass"))


def load_persisted_queries(settings: Settings, trust: Callable[[str], None]) -> PersistedQueries:
    """Raises InvalidManifest, also if `trust` rejects a query."""
    if settings.trusted_documents is None:
        return PersistedQueries(only_trusted=settings.only_trusted_documents)
    trusted = read_manifest(settings.trusted_documents)
    validate_manifest(trusted, settings.trusted_documents, trust)
    return PersistedQueries(trusted, settings.only_trusted_documents)


def operation_id(request: Mapping[str, Any]) -> str | None:
    """The id in a request: `documentId`, or the hash of a persisted query.

    Raises RequestRejected.
    """
    id = request.get("documentId")
    extensions = request.get("extensions")
    if isinstance(extensions, dict) and (persisted := extensions.get("persistedQuery")) is not None:
        if not isinstance(persisted, dict) or persisted.get("version") != 1:
            raise RequestRejected(
                "BAD_REQUEST", "Only version 1 of persisted queries is supported."
            )
        id = persisted.get("sha256Hash")
        if not isinstance(id, str):
            raise RequestRejected("BAD_REQUEST", "A persisted query needs a `sha256Hash`.")
    if id is not None and not isinstance(id, str):
        raise RequestRejected("BAD_REQUEST", "`documentId` must be a string.")
    return id
