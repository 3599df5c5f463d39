"""Our server, as `sessions serve` runs it, with a schema of a benchmark's in place of its own."""

from typing import Any

from execution.schema import Schema
from server import runner
from server.graphql import persisted_queries
from server.graphql.view import GraphQLView
from server.settings import Settings


def serve(**types: Any) -> None:
    def make_view(settings: Settings) -> GraphQLView:
        schema = Schema(
            **types, limits=settings.limits, compiled=settings.compiled
        )
        return GraphQLView(
            schema,
            settings,
            persisted_queries.load_persisted_queries(settings, schema.trust_document),
        )

    runner.run_server(Settings(), make_view)
