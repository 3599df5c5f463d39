"""Stock Strawberry under uvicorn, at the port of the command line. Imports nothing of the product,
because that would count as Strawberry's memory."""

import sys
from typing import Any

import strawberry
import uvicorn
from strawberry.asgi import GraphQL


def serve_strawberry(**types: Any) -> None:
    app = GraphQL[None, None](strawberry.Schema(**types), graphql_ide=None)
    uvicorn.run(app, host="127.0.0.1", port=int(sys.argv[1]), log_level="warning", access_log=False)
