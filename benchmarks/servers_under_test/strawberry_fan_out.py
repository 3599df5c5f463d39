"""Stock Strawberry with tokens from memory:
`python -m benchmarks.servers_under_test.strawberry_fan_out PORT`."""

from benchmarks.servers_under_test.strawberry_server import serve_strawberry
from benchmarks.servers_under_test.token_schema import Mutation, Query, Subscription

if __name__ == "__main__":
    serve_strawberry(query=Query, mutation=Mutation, subscription=Subscription)
