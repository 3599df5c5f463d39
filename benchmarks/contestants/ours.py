"""The whole server, as `sessions serve` runs it, but with the small schema in place of its own:
`python -m benchmarks.contestants.ours`. What it needs else, it is told as the server is."""

from benchmarks.contestants import small
from schema.execution import Schema
from schema.failures import Failures
from server import documents, serving
from server.graphql import GraphQLView
from server.settings import Settings


def make_view(settings: Settings) -> GraphQLView:
    schema = Schema(
        **small.TYPES, extensions=[Failures], limits=settings.limits, compiled=settings.compiled
    )
    return GraphQLView(schema, settings, documents.named(settings, schema.trust))


if __name__ == "__main__":
    serving.serve(Settings(), make_view)
