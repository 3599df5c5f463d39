"""Our server, as `sessions serve` runs it, with a schema of a benchmark's in place of its own."""

from typing import Any

from schema.execution import Schema
from schema.failures import Failures
from server import documents, serving
from server.graphql import GraphQLView
from server.settings import Settings


def serve(**types: Any) -> None:
    def make_view(settings: Settings) -> GraphQLView:
        schema = Schema(
            **types, extensions=[Failures], limits=settings.limits, compiled=settings.compiled
        )
        return GraphQLView(schema, settings, documents.named(settings, schema.trust))

    serving.serve(Settings(), make_view)
