"""What a client has to report of a technician's work, whatever library it is made with."""

from typing import Any


def check_work(told: dict[str, Any]) -> None:
    assert told["snapshot"] == "DashboardSnapshot"
    assert told["sent"] == "Only on the phone"
    assert len(told["messages"]) == 4
    assert told["messages"][2:] == [told["sent"], told["streamed"]]
    assert told["streamed"]
    assert told["rated"] == {"id": told["answer"], "rating": "UP"}
    assert told["deleted"] == told["session"]
    assert told["removed"] == {"sessionId": told["session"], "reason": "DELETED"}
