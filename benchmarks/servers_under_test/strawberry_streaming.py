"""Stock Strawberry under uvicorn with a subscription that forwards the SDK's `.stream()` and stores
nothing: `python -m benchmarks.servers_under_test.strawberry_streaming PORT`."""

import sys
from collections.abc import AsyncGenerator

import anthropic
import strawberry
import uvicorn
from strawberry.asgi import GraphQL
from strawberry.subscriptions import GRAPHQL_SSE_PROTOCOL

from services.ai.anthropic.models import MODEL

CLIENT = anthropic.AsyncAnthropic()


@strawberry.type
class Query:
    hello: str = "world"


@strawberry.type
class Subscription:
    @strawberry.subscription
    async def answer(self, question: str) -> AsyncGenerator[str, None]:
        async with CLIENT.messages.stream(
            model=MODEL, max_tokens=1000, messages=[{"role": "user", "content": question}]
        ) as stream:
            async for text in stream.text_stream:
                yield text


if __name__ == "__main__":
    schema = strawberry.Schema(Query, subscription=Subscription)
    app = GraphQL[None, None](
        schema, graphql_ide=None, subscription_protocols=[GRAPHQL_SSE_PROTOCOL]
    )
    uvicorn.run(app, host="127.0.0.1", port=int(sys.argv[1]), log_level="warning", access_log=False)
