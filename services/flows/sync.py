"""Synchronises the flows in the database with the bundled files."""

import hashlib
from collections.abc import Sequence

import orjson

from models.session import ANALYSIS_VERSION
from services.flows import store
from services.flows.library import FlowFile
from services.text_search.index_entry import collect_lexemes
from storage.transactions import Transaction


async def sync_flows(db: Transaction, flows: Sequence[FlowFile]) -> int:
    """Write changed flows, delete those no longer bundled; return how many were written."""
    known = await store.load_content_hashes(db)
    changed = [flow for flow in flows if known.get(flow.slug) != content_hash(flow)]
    for flow in changed:
        content = flow.model_dump(mode="json", include={"title", "description", "domain", "tags"})
        content["tree"] = flow.tree
        content["symptoms"] = "\n".join(flow.symptoms)
        content["content_hash"] = content_hash(flow)
        lexemes = await collect_lexemes(search_texts(flow))
        await store.upsert_bundled_flow(db, flow.slug, content, lexemes)
    await store.delete_other_bundled_flows(db, [flow.slug for flow in flows])
    return len(changed)


def search_texts(flow: FlowFile) -> list[str]:
    return [flow.title, flow.description, flow.domain, *flow.tags, *flow.symptoms]


def content_hash(flow: FlowFile) -> str:
    """Another analysis of words makes another hash, so that the flow is written anew."""
    content = flow.model_dump(mode="json") | {"analysis_version": ANALYSIS_VERSION}
    return hashlib.sha256(orjson.dumps(content, option=orjson.OPT_SORT_KEYS)).hexdigest()
