"""A support desk whose people sign in: each is a `Served` of their own, to ask and to visit."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from tests.server_process import Served, serving
from tests.token_issuer import issuing


@dataclass(frozen=True, slots=True)
class Desk:
    """All of one account. The owner and the engineer are both engineers: what is the one's is a
    colleague's to the other."""

    owner: Served
    engineer: Served
    lead: Served
    viewer: Served
    #: Of an account that has no sessions.
    newcomer: Served
    reading_newcomer: Served
    #: Nobody has signed in here.
    door: Served


#: By their place at the desk: name and role.
PEOPLE = {
    "owner": ("Ana Silva", "engineer"),
    "engineer": ("Carl Berg", "engineer"),
    "lead": ("Ben Okafor", "lead"),
    "viewer": ("Vera Lind", "viewer"),
}


@contextmanager
def signed_in_desk(**settings: str) -> Iterator[Desk]:
    with issuing() as issuer, serving(**issuer.settings(**settings)) as server:
        people = {}
        for place, (name, role) in PEOPLE.items():
            email = f"{name.split()[0].lower()}@acme.example"
            people[place] = server.by(issuer.token(sub=email, name=name, email=email, role=role))
            # With the first request they are known, and their colleagues can choose them.
            people[place].data("{ viewer { id } }")
        for place, role in (("newcomer", "lead"), ("reading_newcomer", "viewer")):
            email = f"{place}@new.example"
            who = {"sub": email, "name": place, "email": email, "role": role}
            people[place] = server.by(issuer.token(**who, account="newcomers"))
        yield Desk(**people, door=server)
