"""`graphql-transport-ws`, as a client finds it that is not polite."""

from tests.operations import CREATE, HISTORY

CHAT = {"sessionType": "CHAT", "intake": {"text": "Outlook shows no new mail"}}
RENAME = """
mutation ($id: ID!) {
  renameSession(input: { sessionId: $id, title: "Mail" }) { __typename }
}
"""
ENDS = 'subscription {{ generationEvents(generationId: "{}") {{ cursor }} }}'
STAYS = 'subscription {{ sessionEvents(sessionId: "{}", after: "{}") {{ cursor }} }}'


def subscriptions(served) -> tuple[str, str]:
    """One that ends, and one that stays after it has told what has been."""
    created = served.data(CREATE, input=CHAT)["createSession"]
    session = created["session"]["id"]
    served.data(RENAME, id=session)
    first = served.data(HISTORY, id=session)["session"]["history"]["edges"][0]["node"]
    return ENDS.format(created["generation"]["id"]), STAYS.format(session, first["cursor"])


def test_every_probe_passes(served, node):
    address = served.url.replace("http", "ws", 1)
    probes = node("probes.mjs", address, *subscriptions(served))
    assert len(probes) == 33
    assert [probe for probe in probes if not probe["passes"]] == []
    assert "Traceback" not in "".join(served.log)
