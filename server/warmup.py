"""Before the first request: what it would be the first to need is there, and out of the way of
the garbage collector."""

import gc

from execution.schema import Schema
from schema.context import Context

#: Reads what most requests read: connections are opened, mappers and statements made for it.
WARMUP_QUERY = """
{ sessions(first: 1) { edges { node { id displayTitle owner { name } } } totalCount }
  dashboard { generating } }
"""

#: Objects that may be added before the collector looks for circles among them. A page of the
#: history makes hundreds and leaves none: it need not look at every other one.
COLLECTED_AFTER = 10_000


async def warm_up(schema: Schema, context: Context) -> None:
    await schema.execute(WARMUP_QUERY, context_value=context)
    # What stays for as long as the process is not looked at again each time it collects: that
    # would halt all requests for a tenth of a second.
    gc.collect()
    gc.freeze()
    gc.set_threshold(COLLECTED_AFTER)
