"""Warm-up: opens connections and prepares mappers and statements before the first request, then
freezes the heap (`gc.freeze`)."""

import gc

from execution.schema import Schema
from schema.context import Context

#: Covers what most requests read.
WARMUP_QUERY = """
{ sessions(first: 1) { edges { node { id displayTitle owner { name } } } totalCount }
  dashboard { generating } }
"""

#: New objects before a collection. A page of the session list creates hundreds of objects and no
#: reference cycles, so the default threshold would cause many useless collections.
GC_THRESHOLD = 10_000


async def warm_up(schema: Schema, context: Context) -> None:
    """Execute a typical query, then freeze the heap."""
    await schema.execute(WARMUP_QUERY, context_value=context)
    # Frozen objects are exempt from collection. Otherwise each full collection would scan them,
    # which blocks all requests for a tenth of a second.
    gc.collect()
    gc.freeze()
    gc.set_threshold(GC_THRESHOLD)
