"""Strawberry with tokens from memory: `python -m benchmarks.contestants.fan_stock PORT`."""

from benchmarks.contestants.bare import serve
from benchmarks.contestants.tokens import Mutation, Query, Subscription

if __name__ == "__main__":
    serve(query=Query, mutation=Mutation, subscription=Subscription)
