"""A provider that repeats what it was sent last, and puts secrets of its own into every text."""

import json
from typing import Any

from tests.fakes.messages_reply import Reply
from tests.fakes.messages_request import ReceivedRequest
from tests.fakes.stepped_answers import SteppedAnswers
from tests.planting.numbered_secrets import PlantedSecrets

PLACE = "the assistant"
OPTION = {"value": "a", "label": "the first option", "followup_hint": "a hint for it"}


class PlantingAnswers(SteppedAnswers):
    """Its secrets are `secrets`, which a test may replace."""

    secrets = PlantedSecrets()

    def _reply_to(self, scope: dict[str, Any], request: ReceivedRequest) -> Reply:
        reply = super()._reply_to(scope, request)
        if reply.status == 200 and reply.text is not None:
            reply.text = self.plant(reply.text)
        return reply

    def plant(self, text: str) -> str:
        if not text.startswith("{"):
            return f"{text} {self.secrets.text_for(f'{PLACE}: text')}\nIt goes on."
        answer = json.loads(text)
        if "options" in answer:
            answer["options"] = [OPTION]
        return json.dumps(self.secrets.in_json(answer, f"{PLACE}: "))

    def fail_with(self, message: str) -> None:
        """Refuse the next request, in these words."""
        self.enqueue(Reply(status=400, error_type="invalid_request_error", error_message=message))

    @property
    def sent(self) -> str:
        """Everything that it was sent, headers included."""
        return "\n".join(
            json.dumps([request.headers, request.body], ensure_ascii=False)
            for request in self.requests
        )
