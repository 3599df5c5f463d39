"""Strawberry as it comes, under uvicorn: `python -m benchmarks.contestants.stock PORT`."""

import sys

import strawberry
import uvicorn
from strawberry.asgi import GraphQL

from benchmarks.contestants import small

if __name__ == "__main__":
    app = GraphQL[None, None](strawberry.Schema(**small.TYPES), graphql_ide=None)
    uvicorn.run(app, host="127.0.0.1", port=int(sys.argv[1]), log_level="warning", access_log=False)
