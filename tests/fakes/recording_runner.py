"""A generation runner that records what it is told and writes nothing, to test rules without it."""

from collections.abc import Collection
from uuid import UUID, uuid4

from services.ai.port import Usage
from services.ai.testing import SCRIPTED_USAGE
from services.quotas.quotas import Quotas


class RecordingRunner:
    def __init__(self) -> None:
        self.id = uuid4()
        self.quotas = Quotas()
        self.has_model = True
        self.expected_usage: Usage = SCRIPTED_USAGE
        self.started: list[UUID] = []
        self.cancelled: list[UUID] = []
        self.settled: list[UUID] = []

    def start_generation(self, generation_id: UUID, account_id: UUID) -> None:
        self.started.append(generation_id)

    def cancel_generation(self, generation_id: UUID) -> None:
        self.cancelled.append(generation_id)

    def settle_usage(self, account_id: UUID, ended: Collection[UUID]) -> None:
        self.settled.extend(ended)
