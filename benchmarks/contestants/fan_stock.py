"""Strawberry as it comes, under uvicorn: `python -m benchmarks.contestants.fan_stock PORT`."""

import sys

import strawberry
import uvicorn
from strawberry.asgi import GraphQL

from benchmarks.contestants.tokens import Mutation, Query, Subscription

if __name__ == "__main__":
    schema = strawberry.Schema(query=Query, mutation=Mutation, subscription=Subscription)
    app = GraphQL[None, None](schema, graphql_ide=None)
    uvicorn.run(app, host="127.0.0.1", port=int(sys.argv[1]), log_level="warning", access_log=False)
