"""Strawberry as it comes, under uvicorn, at the port that the command line names. Nothing of
ours is imported for it: that would be counted as its memory."""

import sys
from typing import Any

import strawberry
import uvicorn
from strawberry.asgi import GraphQL


def serve(**types: Any) -> None:
    app = GraphQL[None, None](strawberry.Schema(**types), graphql_ide=None)
    uvicorn.run(app, host="127.0.0.1", port=int(sys.argv[1]), log_level="warning", access_log=False)
