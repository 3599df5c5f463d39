"""The people of an account, to choose from."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import Text, cast, func, select
from sqlalchemy.dialects.postgresql import ARRAY

import models
from models import Role, UserKind
from queries import pagination
from queries.user_list import fold_column
from services.text_search.folding import fold_text
from tests import factories
from tests.superuser import as_owner

LIST = """
query Users($search: String, $first: Int, $after: String) {
  users(search: $search, first: $first, after: $after) {
    totalCount
    edges { cursor node { id name email role account { name } } }
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
  }
}
"""
NODE = "query Node($id: ID!) { node(id: $id) { ... on User { id name } } }"


@pytest.fixture
async def company(running, ana, ben, eve):
    """Ana and Ben, three more, and two who are nobody to hand anything to."""
    for name, role in (("Carl", Role.VIEWER), ("Dora", Role.ADMIN), ("ada", Role.ENGINEER)):
        await factories.user(running, name, account_id=ana.account_id, role=role)
    of_the_account = {"account_id": ana.account_id, "role": Role.ENGINEER}
    await factories.save(
        running,
        models.User(
            name="Monitoring", email="m@example.com", kind=UserKind.MACHINE, **of_the_account
        ),
        models.User(
            name="Bea", email="bea@example.com", deactivated_at=datetime.now(UTC), **of_the_account
        ),
    )


async def listed(api, **asked):
    return (await api.data(LIST, **asked))["users"]


def names(page) -> list[str]:
    return [edge["node"]["name"] for edge in page["edges"]]


async def test_the_people_who_work_here_are_listed_by_name(api, company):
    page = await listed(api)
    assert sorted(names(page), key=str.lower) == ["ada", "Ana", "Ben", "Carl", "Dora"]
    assert page["totalCount"] == 5
    roles = {edge["node"]["name"]: edge["node"]["role"] for edge in page["edges"]}
    assert roles == {
        "ada": "ENGINEER",
        "Ana": "ENGINEER",
        "Ben": "LEAD",
        "Carl": "VIEWER",
        "Dora": "ADMIN",
    }
    assert {edge["node"]["account"]["name"] for edge in page["edges"]} == {"Ana's company"}
    ben = next(edge["node"] for edge in page["edges"] if edge["node"]["name"] == "Ben")
    assert (await api.data(NODE, id=ben["id"]))["node"] == {"id": ben["id"], "name": "Ben"}


async def test_all_pages_together_are_the_whole_list(api, company):
    seen, after = [], None
    while True:
        page = await listed(api, first=2, after=after)
        assert page["totalCount"] == 5
        assert page["pageInfo"]["hasPreviousPage"] is (after is not None)
        assert page["pageInfo"]["startCursor"] == page["edges"][0]["cursor"]
        seen += page["edges"]
        after = page["pageInfo"]["endCursor"]
        if not page["pageInfo"]["hasNextPage"]:
            break
    assert seen == (await listed(api, first=100))["edges"]


async def test_two_of_one_name_are_both_on_a_page(api, running, company, ana):
    for number in range(3):
        row = models.User(account_id=ana.account_id, name="Ben", email=f"ben{number}@example.com")
        await factories.save(running, row)
    seen, after = [], None
    for _ in range(4):
        page = await listed(api, search="ben", first=1, after=after)
        seen += [edge["node"]["email"] for edge in page["edges"]]
        after = page["pageInfo"]["endCursor"]
    assert sorted(seen) == sorted(["ben@example.com", *(f"ben{n}@example.com" for n in range(3))])


@pytest.mark.parametrize(
    ("search", "found"),
    [
        *(("AN", ["Ana"]), ("dora@exam", ["Dora"]), ("nobody", [])),
        *(("%", []), ("_", []), ("\\", []), (" ben ", ["Ben"])),
        *(("monitoring", []), ("bea", []), ("eve", [])),
    ],
)
async def test_people_are_found_by_part_of_a_name_or_address(api, company, search, found):
    page = await listed(api, search=search)
    assert (names(page), page["totalCount"]) == (found, len(found))


async def test_accents_case_and_order_do_not_matter(api, running, company, ana):
    user = models.User(account_id=ana.account_id, name="Zoë Müller-Łukasz", email="zm@example.com")
    await factories.save(running, user)
    for search in ("muller", "MÜLLER", "Mu\u0308ller", "zoe", "lukasz", "łukasz zoë", "zm@ zo"):
        assert names(await listed(api, search=search)) == ["Zoë Müller-Łukasz"], search
    assert names(await listed(api, search="muller ben")) == []


async def test_postgres_folds_as_the_server_does(running):
    letters = [chr(code) for code in range(0x20, 0x250) if chr(code).isprintable()]
    letters += ["ﬁ", "\uff21", "ﾌﾟ", "한", "e\u0301", "ạ", "Ω", "й", "שָׁ", "a\u200bb", "\u00ad"]
    texts = func.unnest(cast(letters, ARRAY(Text))).column_valued("text")
    async with as_owner(running) as db:
        folded = (await db.execute(select(texts, fold_column(texts)))).all()
    assert {text: sql for text, sql in folded if sql != fold_text(text)} == {}


@pytest.mark.parametrize("search", ["", "  ", None])
async def test_a_blank_search_asks_for_nothing(api, company, search):
    assert (await listed(api, search=search))["totalCount"] == 5


async def test_another_account_has_its_own_people(api, company, eve):
    assert names(await listed(api.by(eve))) == ["Eve"]
    assert names(await listed(api.by(eve), search="ana")) == []


async def test_a_viewer_may_ask(api, running, ana):
    vera = await factories.user(running, "Vera", account_id=ana.account_id, role=Role.VIEWER)
    assert names(await listed(api.by(vera))) == ["Ana", "Vera"]


@pytest.mark.parametrize(
    "asked",
    [
        *({"first": -1}, {"first": 101}, {"after": "nonsense"}, {"after": ""}),
        *(
            {"after": pagination.encode_cursor(*key)}
            for key in (("a",), ("a", "b"), (1, 2), ("a", None))
        ),
        *({"search": text} for text in ("a\x00b", "\ud800")),
    ],
)
async def test_what_cannot_be_is_refused(api, asked):
    code, _ = await api.error(LIST, **asked)
    assert code == "INVALID_INPUT"
