"""Our server as `sessions serve` runs it, with the schema of a benchmark."""

from typing import Any

from execution.schema import Schema
from server import runner
from server.graphql import persisted_queries
from server.graphql.view import GraphQLView
from server.settings import Settings


def serve_product(**types: Any) -> None:
    def make_view(settings: Settings) -> GraphQLView:
        schema = Schema(**types, limits=settings.limits, compiled=settings.compiled)
        return GraphQLView(
            schema,
            settings,
            persisted_queries.load_persisted_queries(settings, schema.trust_document),
        )

    runner.run_server(Settings(), make_view)
