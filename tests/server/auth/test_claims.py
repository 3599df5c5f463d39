"""What a token says, in our words."""

import pytest

from models import Role
from server.auth.claims import ClaimMapping, parse_identity
from server.settings import Settings
from services.accounts.login import AuthenticationFailed
from tests.token_issuer import ISSUER, claims


def test_the_usual_claims():
    found = parse_identity(claims(email_verified=True), ClaimMapping())
    assert (found.external_id, found.account) == (f"{ISSUER} ana", "acme")
    assert (found.name, found.email, found.role) == ("Ana", "ana@acme.example", Role.ENGINEER)
    assert found.email_is_verified


def test_what_a_token_does_not_say_is_made_up_from_its_subject():
    found = parse_identity(claims(name=None, email=None, role=None), ClaimMapping())
    assert (found.name, found.email) == ("ana", "ana@unknown.invalid")
    assert found.role is Role.VIEWER
    assert not found.email_is_verified


@pytest.mark.parametrize(
    ("said", "role"),
    [
        ("lead", Role.LEAD),
        ("LEAD", Role.LEAD),
        (["viewer", "admin", "offline_access"], Role.ADMIN),
        ("root", Role.VIEWER),
        ([], Role.VIEWER),
        (7, Role.VIEWER),
        ({"admin": True}, Role.VIEWER),
        ([["admin"]], Role.VIEWER),
    ],
)
def test_the_highest_role_that_is_known_counts(said, role):
    assert parse_identity(claims(role=said), ClaimMapping()).role is role


def test_the_default_role_is_a_setting():
    assert parse_identity(claims(role="?"), ClaimMapping(default_role=Role.LEAD)).role is Role.LEAD
    words = Settings.model_fields["jwt_default_role"].annotation.__args__
    assert [Role(word) for word in words] == list(Role)


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("realm_access.roles", {"realm_access": {"roles": ["lead"]}}),
        ("https://acme.example/role", {"https://acme.example/role": "lead"}),
        ("groups", {"groups": ["lead"]}),
    ],
)
def test_claims_are_found_by_name_or_by_path(name, said):
    assert parse_identity(claims(role=None) | said, ClaimMapping(role=name)).role is Role.LEAD


@pytest.mark.parametrize("said", [None, "", "a\0b", "\ud800", "x" * 256, 7, ["acme"]])
def test_an_account_that_cannot_be_told_is_refused(said):
    with pytest.raises(AuthenticationFailed, match="account"):
        parse_identity(claims(account=said), ClaimMapping())


@pytest.mark.parametrize("said", ["", "a\0b", "x" * 256])
def test_a_subject_that_cannot_be_told_is_refused(said):
    with pytest.raises(AuthenticationFailed, match="sub"):
        parse_identity(claims(sub=said), ClaimMapping())


def test_tokens_need_not_name_an_account():
    assert parse_identity(claims(account=None), ClaimMapping(account="")).account is None


def test_a_name_is_made_printable_and_short():
    assert (
        parse_identity(claims(name="A\0n\na" + "x" * 400), ClaimMapping()).name == "Ana" + "x" * 252
    )


@pytest.mark.parametrize("exp", [1e18, 1 << 80, -5, "123"])
def test_a_moment_that_no_clock_knows_does_no_harm(exp):
    assert parse_identity(claims(exp=exp), ClaimMapping()).expires_at
