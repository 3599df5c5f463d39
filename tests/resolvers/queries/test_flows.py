"""The flow library: listed by title, searched, found by slug."""

import pytest

import models
from queries import pagination
from schema import ids
from tests import factories
from tests.operations import guided, move, respond

LIST = """
query Flows($search: String, $domain: String, $first: Int, $after: String) {
  flows(search: $search, domain: $domain, first: $first, after: $after) {
    totalCount
    edges { node { slug title domain } }
    pageInfo { hasNextPage hasPreviousPage endCursor }
  }
}
"""
ONE = "query Flow($slug: String!) { flow(slug: $slug) { title tree usageCount successRate } }"
VPN = "vpn-not-connecting"


async def listed(api, **asked):
    return (await api.data(LIST, **asked))["flows"]


async def one(api, slug=VPN):
    return (await api.data(ONE, slug=slug))["flow"]


def slugs(page) -> list[str]:
    return [edge["node"]["slug"] for edge in page["edges"]]


@pytest.fixture
async def own(running, ana):
    """A flow of Ana's company, under the slug of a bundled one."""
    row = models.Flow(
        account_id=ana.account_id,
        slug=VPN,
        title="A quokka in the tunnel",
        description="What to do about it",
        domain="Zoo",
        tree={"root": "start", "nodes": {}},
    )
    await factories.save(running, row)
    return row


async def test_all_pages_together_are_the_library_by_title(api):
    seen, after = [], None
    while True:
        page = await listed(api, first=4, after=after)
        assert page["pageInfo"]["hasPreviousPage"] is (after is not None)
        seen += page["edges"]
        after = page["pageInfo"]["endCursor"]
        if not page["pageInfo"]["hasNextPage"]:
            break
    assert len(seen) == page["totalCount"] >= 15
    titles = [edge["node"]["title"] for edge in seen]
    assert len(set(titles)) == len(titles)
    assert seen == (await listed(api, first=100))["edges"]


async def test_flows_are_searched_by_words_and_domain(api):
    assert VPN in slugs(await listed(api, search="vpn"))
    vpn = next(e["node"] for e in (await listed(api))["edges"] if e["node"]["slug"] == VPN)
    of_domain = await listed(api, domain=vpn["domain"].upper())
    assert VPN in slugs(of_domain)
    assert {edge["node"]["domain"] for edge in of_domain["edges"]} == {vpn["domain"]}
    assert (await listed(api, domain="no such domain"))["totalCount"] == 0
    assert (await listed(api, search="quokka"))["totalCount"] == 0


async def test_flows_are_searched_as_sessions_are(api):
    """By beginnings of words; not at all without words."""
    everything = (await listed(api))["totalCount"]
    assert VPN in slugs(await listed(api, search="disconn"))
    assert VPN in slugs(await listed(api, search="VPN -printer"))
    assert VPN not in slugs(await listed(api, search="-vpn"))
    for search in ("", " ", "?!"):
        assert (await listed(api, search=search))["totalCount"] == everything


async def test_one_flow_is_found_by_its_slug_with_its_tree(api):
    found = await one(api)
    assert found["tree"]["root"] in found["tree"]["nodes"]
    assert await one(api, "nothing") is None
    assert await one(api, "") is None


async def test_using_a_flow_and_solving_with_it_shows_on_the_flow(api):
    led, other = await guided(api), await guided(api)
    await respond(api, led["id"], led["currentStep"]["id"], skip=True)
    await move(api, "resolve", led["id"], documents=[])
    await move(api, "abandon", other["id"])
    found = await one(api)
    assert (found["usageCount"], found["successRate"]) == (2, 0.5)
    await move(api, "reopen", led["id"])
    assert (await one(api))["successRate"] == 0
    await move(api, "escalate", led["id"], reason="Out of ideas")
    assert (await one(api))["successRate"] == 0


async def test_an_accounts_own_flow_comes_before_the_bundled_one_and_is_nobody_elses(
    api, ben, eve, own
):
    for who in (api, api.by(ben)):
        assert (await one(who))["title"] == own.title
        assert (await listed(who, search="quokka"))["totalCount"] == 1
    stranger = api.by(eve)
    assert (await one(stranger))["title"] != own.title
    assert (await listed(stranger, search="quokka"))["totalCount"] == 0
    node = "query Node($id: ID!) { node(id: $id) { id } }"
    id = ids.encode_global_id("Flow", own.id)
    assert (await api.data(node, id=id))["node"] == {"id": id}
    assert (await stranger.data(node, id=id))["node"] is None


@pytest.mark.parametrize(
    "asked",
    [
        *({"first": -1}, {"first": 101}, {"after": "nonsense"}, {"after": ""}),
        *(
            {"after": pagination.encode_cursor(*key)}
            for key in (("a",), ("a", "b"), (1, 2), ("a", None))
        ),
        *({word: text} for word in ("search", "domain") for text in ("a\x00b", "\ud800")),
    ],
)
async def test_what_cannot_be_is_refused(api, asked):
    code, _ = await api.error(LIST, **asked)
    assert code == "INVALID_INPUT"


@pytest.mark.parametrize("slug", ["a\x00b", "\ud800"])
async def test_a_slug_that_cannot_be_is_refused(api, slug):
    code, message = await api.error(ONE, slug=slug)
    assert (code, message) == (
        "INVALID_INPUT",
        "`slug` contains a NUL character or an unpaired surrogate.",
    )
