"""Our server, as `sessions serve` runs it, with a schema of a benchmark's in place of its own."""

from typing import Any

from execution.error_masking import Failures
from execution.schema import Schema
from server import runner
from server.graphql import persisted_queries
from server.graphql.view import GraphQLView
from server.settings import Settings


def serve(**types: Any) -> None:
    def make_view(settings: Settings) -> GraphQLView:
        schema = Schema(
            **types, extensions=[Failures], limits=settings.limits, compiled=settings.compiled
        )
        return GraphQLView(schema, settings, persisted_queries.named(settings, schema.trust))

    runner.serve(Settings(), make_view)
