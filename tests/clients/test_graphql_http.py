"""GraphQL over HTTP, as the audits of the `graphql-http` package of npm read its specification."""


def test_every_audit_passes_whether_it_is_a_must_a_should_or_a_may(served, node):
    audits = node("audit.mjs", served.url)
    assert len(audits) == 61
    assert [audit for audit in audits if audit["status"] != "ok"] == []
