"""Issuers that are slow, broken or away, and who waits for them."""

import asyncio
import json

import httpx2
import pytest

from server.auth import jwks
from server.auth.jwks import FetchCause, JWKSCache, JWKSUnavailable, fetch_jwks
from server.auth.jwt import JWKSKeys, JWTVerifier
from services.accounts.login import AuthenticationFailed, AuthenticationUnavailable
from tests.api_client import eventually
from tests.server_process import serving
from tests.token_issuer import AUDIENCE, ISSUER, Key, issuing

#: Seconds after which a fetch is given up here.
BRIEF = 1.0
LONG = 3600.0


@pytest.fixture
def issuer():
    with issuing() as issuer:
        yield issuer
        issuer.drips.clear()


@pytest.fixture
def cache(issuer) -> JWKSCache:
    return JWKSCache(issuer.url, fetch_seconds=BRIEF)


@pytest.fixture
def tokens(cache) -> JWTVerifier:
    return JWTVerifier(ISSUER, AUDIENCE, JWKSKeys(cache))


@pytest.fixture
def hurried(monkeypatch):
    """Keys are fetched again at each use."""
    monkeypatch.setattr(jwks, "FRESH_FOR", 0.0)
    for cause in FetchCause:
        monkeypatch.setitem(jwks.COOL_DOWN, cause, 0.0)


def asked(issuer, times: int):
    async def check() -> bool:
        return issuer.asked >= times

    return eventually(check)


async def test_known_keys_hold_while_the_issuer_does_not_answer(issuer, cache, tokens, hurried):
    await tokens.verify(issuer.token())
    issuer.answers = False
    assert await tokens.verify(issuer.token())
    await asked(issuer, 2)
    cache._stale_for = 0.0
    with pytest.raises(AuthenticationUnavailable):
        await tokens.verify(issuer.token())


async def test_nobody_waits_for_an_issuer_that_drips_while_keys_are_known(issuer, tokens, hurried):
    await tokens.verify(issuer.token())
    issuer.drips.set()
    slow = JWTVerifier(ISSUER, AUDIENCE, JWKSKeys(JWKSCache(issuer.url, fetch_seconds=LONG)))
    slow.keys.cache._keys = tokens.keys.cache._keys
    slow.keys.cache._fetched_at = tokens.keys.cache._fetched_at
    for _ in range(50):
        assert await slow.verify(issuer.token())
    await asked(issuer, 2)
    assert issuer.pending == 1, "one fetch at a time"
    slow.keys.cache._fetch.cancel()


async def test_an_issuer_that_drips_is_given_up_and_asked_again(issuer, tokens, hurried):
    issuer.drips.set()
    with pytest.raises(AuthenticationUnavailable):
        await tokens.verify(issuer.token())
    issuer.drips.clear()
    assert await tokens.verify(issuer.token())


async def test_requests_that_have_to_wait_wait_for_one_fetch(issuer, tokens):
    issuer.drips.set()
    tries = [tokens.verify(issuer.token()) for _ in range(20)]
    outcomes = await asyncio.gather(*tries, return_exceptions=True)
    assert {type(each) for each in outcomes} == {AuthenticationUnavailable}
    assert issuer.asked <= 1


async def test_a_request_that_is_given_up_leaves_the_fetch_to_the_others(issuer, tokens):
    first = asyncio.create_task(tokens.verify(issuer.token()))
    second = asyncio.create_task(tokens.verify(issuer.token()))
    await asyncio.sleep(0)
    first.cancel()
    assert (await second)["sub"] == "ana"
    assert issuer.asked == 1


async def test_a_made_up_key_id_waits_no_longer_than_the_fetch(issuer, tokens):
    await tokens.verify(issuer.token())
    issuer.drips.set()
    with pytest.raises(AuthenticationFailed, match="does not publish"):
        await tokens.verify(issuer.token(Key("made up")))
    asked_before = issuer.asked
    for _ in range(5):
        with pytest.raises(AuthenticationFailed, match="does not publish"):
            await tokens.verify(issuer.token(Key("made up")))
        assert await tokens.verify(issuer.token())
    assert issuer.asked == asked_before


@pytest.mark.parametrize(
    ("body", "says"),
    [
        ("x" * (jwks.MAX_BYTES + 1), "has more than"),
        ("[" * 100_000, "recursion"),
        ("[]", "not a JWK set"),
        ('{"keys": 7}', "not a JWK set"),
        ("{", "Expecting"),
    ],
)
async def test_another_answer_than_keys_is_refused(issuer, body, says, monkeypatch):
    monkeypatch.setattr(issuer, "answer", lambda path: body)
    with pytest.raises(JWKSUnavailable, match=says):
        await fetch_jwks(issuer.url)


async def test_too_many_keys_are_refused(issuer):
    keys = [issuer.keys[0].public] * (jwks.MAX_KEYS + 1)
    with pytest.raises(JWKSUnavailable, match="more than 100"):
        jwks.signing_keys({"keys": keys})


def test_everybody_goes_on_signing_in_at_a_server_whose_issuer_drips(database_url, issuer):
    settings = issuer.settings(DATABASE_URL=database_url, SESSIONS_JWT_JWKS_SECONDS="0.5")
    with serving(**settings) as server:
        issuer.drips.set()
        body = {"query": "{ viewer { name } }"}
        with httpx2.Client(base_url=server.origin, timeout=30, verify=False) as client:

            def ask() -> httpx2.Response:
                headers = server.by(issuer.token()).headers
                return client.post("/graphql", json=body, headers=headers)

            refused = ask()
            assert refused.status_code == 503
            assert refused.json()["errors"][0]["extensions"]["code"] == "SIGN_IN_UNAVAILABLE"
            assert refused.headers["retry-after"]
            assert server.has_logged("was not complete within 0.5 s")
            issuer.drips.clear()
            while (answer := ask()).status_code == 503:
                pass
            assert json.loads(answer.text)["data"]["viewer"]["name"] == "Ana"
            issuer.drips.set()
            assert all(ask().status_code == 200 for _ in range(20))
