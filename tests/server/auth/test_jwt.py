"""Tokens as a stranger may make them: which are taken, which are not, and what it costs."""

import base64
import hashlib
import hmac
import json
from time import time

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from server.auth import jwks
from server.auth.jwks import FetchCause, JWKSCache
from server.auth.jwt import HS256Key, JWKSKeys, JWTVerifier
from services.accounts.login import AuthenticationFailed, AuthenticationUnavailable
from tests.token_issuer import AUDIENCE, ISSUER, Issuer, Key, claims, elliptic, issuing

SECRET = "a secret that only the issuer and this server know"


@pytest.fixture
def issuer():
    with issuing() as issuer:
        yield issuer


@pytest.fixture
def tokens(issuer: Issuer) -> JWTVerifier:
    return JWTVerifier(ISSUER, AUDIENCE, JWKSKeys(JWKSCache(issuer.url)))


@pytest.fixture
def by_secret() -> JWTVerifier:
    return JWTVerifier(ISSUER, AUDIENCE, HS256Key(SECRET))


def part(data: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(data).encode()).decode().rstrip("=")


def by_hand(header: dict, secret: bytes = b"") -> str:
    """Signed as the header says, whatever a library thinks of it."""
    signed = f"{part(header)}.{part(claims())}"
    mac = hmac.digest(secret, signed.encode(), hashlib.sha256) if secret else b"x"
    return f"{signed}.{base64.urlsafe_b64encode(mac).decode().rstrip('=')}"


async def refusal(tokens: JWTVerifier, token: str) -> str:
    with pytest.raises(AuthenticationFailed) as refused:
        await tokens.verify(token)
    assert token not in str(refused.value)
    return str(refused.value)


async def test_the_issuers_token_is_taken(tokens, issuer):
    assert (await tokens.verify(issuer.token()))["sub"] == "ana"


async def test_elliptic_keys_are_taken_too(tokens, issuer):
    issuer.keys = [elliptic("curve")]
    assert (await tokens.verify(issuer.token()))["sub"] == "ana"


async def test_a_shared_secret_verifies(by_secret):
    assert (await by_secret.verify(jwt.encode(claims(), SECRET)))["sub"] == "ana"


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"exp": int(time()) - 1}, "has expired"),
        ({"iat": int(time()) + 86_400}, "not valid yet"),
        ({"nbf": int(time()) + 86_400}, "not valid yet"),
        ({"iss": "https://other.example"}, "issuer that this server does not trust"),
        ({"aud": "another"}, "another audience"),
        ({"aud": []}, "lacks"),
        *(({name: None}, "lacks") for name in ("exp", "iat", "iss", "aud", "sub")),
        ({"sub": 7}, "is invalid"),
        ({"exp": "soon"}, "is invalid"),
    ],
)
async def test_a_token_that_does_not_hold_is_refused_with_a_reason(by_secret, given, says):
    assert says in await refusal(by_secret, jwt.encode(claims(**given), SECRET))


async def test_a_clock_that_is_a_little_ahead_is_borne(by_secret):
    assert await by_secret.verify(jwt.encode(claims(iat=int(time()) + 5), SECRET))


async def test_the_end_of_a_token_is_not_put_off(by_secret):
    assert "expired" in await refusal(by_secret, jwt.encode(claims(exp=int(time())), SECRET))


async def test_another_key_of_the_same_id_does_not_sign(tokens, issuer):
    forged = issuer.token(Key("first"))
    assert "signature" in await refusal(tokens, forged)


async def test_no_signature_is_none(tokens, by_secret):
    for algorithm in ("none", "None", "NONE", ""):
        token = by_hand({"alg": algorithm, "kid": "first"})
        for each in (tokens, by_secret):
            assert "an algorithm that this server does not accept" in await refusal(each, token)


async def test_a_public_key_is_no_shared_secret(tokens, issuer):
    """Whoever knows it could sign, if the token were to say how it is verified."""
    token = by_hand({"alg": "HS256", "kid": "first"}, issuer.keys[0].pem)
    assert "an algorithm that this server does not accept" in await refusal(tokens, token)
    assert issuer.asked == 0


async def test_with_a_shared_secret_no_public_key_verifies(by_secret, issuer):
    assert "an algorithm that this server does not accept" in await refusal(
        by_secret, issuer.token()
    )


async def test_a_symmetric_key_that_is_published_does_not_verify(issuer):
    published = {"kty": "oct", "kid": "shared", "k": part("known to all"), "alg": "HS256"}
    assert jwks.parse_jwk(published) is None
    assert jwks.parse_jwk(published | {"alg": "RS256"}) is None
    assert jwks.parse_jwk(issuer.keys[0].public | {"alg": "HS256"}) is None


async def test_a_key_is_used_with_its_own_algorithm_alone(tokens, issuer):
    key = issuer.keys[0]
    token = issuer.token(Key(key.kid, key.private, "RS512"))
    assert "an algorithm that this server does not accept" in await refusal(tokens, token)


async def test_a_weak_key_does_not_verify(tokens, issuer):
    issuer.keys = [Key("weak", rsa.generate_private_key(65537, 1024))]
    with pytest.warns(jwt.InsecureKeyLengthWarning):
        token = issuer.token()
    assert "is invalid" in await refusal(tokens, token)


@pytest.mark.parametrize(
    "token",
    [
        *("x", "a.b", "a.b.c", "....", "a.b.c.d", "é.é.é", "\ud800.a.b", "a b.c.d", "x" * 20_000),
        *(f"{part(header)}.{part({})}.eHg" for header in ([], {}, 7, {"alg": ["HS256"]})),
        f"{part({'alg': 'HS256', 'kid': 7})}.{part({})}.eHg",
        f"{part({'alg': 'HS256'})}.{part([])}.eHg",
    ],
)
async def test_what_is_no_token_is_refused(by_secret, token):
    assert await refusal(by_secret, token)


async def test_the_keys_are_read_once(tokens, issuer):
    for _ in range(5):
        await tokens.verify(issuer.token())
    assert issuer.asked == 1


async def test_a_new_key_is_found_at_its_first_token(tokens, issuer):
    await tokens.verify(issuer.token())
    issuer.keys = [Key("second")]
    assert await tokens.verify(issuer.token())
    assert issuer.asked == 2


async def test_a_key_that_is_taken_back_verifies_no_more(tokens, issuer):
    old = issuer.keys[0]
    await tokens.verify(issuer.token(old))
    issuer.keys = [Key("second")]
    await tokens.verify(issuer.token())
    assert "does not publish" in await refusal(tokens, issuer.token(old))


async def test_made_up_key_ids_do_not_make_it_ask_again_and_again(tokens, issuer, monkeypatch):
    # Generating the keys of this test takes seconds, on a busy machine more than ten.
    monkeypatch.setitem(jwks.COOL_DOWN, FetchCause.UNKNOWN_KEY, 3600.0)
    await tokens.verify(issuer.token())
    for number in range(20):
        assert "does not publish" in await refusal(tokens, issuer.token(Key(f"made up {number}")))
    assert issuer.asked == 2


async def test_an_issuer_that_does_not_answer_is_not_taken_for_a_refusal(tokens, issuer):
    issuer.answers = False
    with pytest.raises(AuthenticationUnavailable):
        await tokens.verify(issuer.token())
