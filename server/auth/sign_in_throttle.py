"""Throttles wrong credentials by client address, before they cost a signature or a statement."""

from enum import Enum, auto

from server.http.address_rate import AddressRate

#: Credentials that are remembered as right.
MAX_KNOWN = 20_000


class SignInThrottled(Exception):
    """Too many sign-ins from the address of the client have failed."""

    def __init__(self, seconds: int) -> None:
        super().__init__(
            "Too many sign-ins from this address have failed. "
            f"Try again in {seconds} s, with valid credentials."
        )
        #: Until the next try is allowed.
        self.seconds = seconds


class Attempt(Enum):
    """How a check of credentials counts while it goes on."""

    #: They were right before.
    KNOWN = auto()
    #: No sign-in from the address has failed lately.
    FREE = auto()
    #: As a failure, until it has succeeded: otherwise tries at the same time would be free.
    COUNTED = auto()


class SignInThrottle:
    """Allows each address a rate of failed sign-ins.

    Credentials that were right before are always checked, so that people behind one address go on
    working while another of them tries wrong ones.
    """

    def __init__(self, failures_per_minute: int | None) -> None:
        """None for no limit."""
        self._failures = AddressRate(failures_per_minute)
        #: Hashes of 64 bits, oldest first. The random seed of the process makes a collision
        #: improbable, and it would only let credentials be checked.
        self._known: dict[int, None] = {}

    def begin(self, credentials: str, address: str) -> Attempt:
        """Before credentials are checked. Raises SignInThrottled."""
        if hash(credentials) in self._known:
            return Attempt.KNOWN
        if self._failures.is_full(address):
            return Attempt.FREE
        if seconds := self._failures.take(address):
            raise SignInThrottled(seconds)
        return Attempt.COUNTED

    def succeed(self, attempt: Attempt, credentials: str, address: str) -> None:
        """The credentials are right."""
        if attempt is not Attempt.KNOWN:
            self.abandon(attempt, address)
            self._remember(hash(credentials))

    def fail(self, attempt: Attempt, credentials: str, address: str) -> None:
        """The credentials are wrong, or have become so."""
        self._known.pop(hash(credentials), None)
        if attempt is not Attempt.COUNTED:
            self._failures.take(address)

    def abandon(self, attempt: Attempt, address: str) -> None:
        """The credentials could not be checked."""
        if attempt is Attempt.COUNTED:
            self._failures.give_back(address)

    def _remember(self, known: int) -> None:
        if len(self._known) >= MAX_KNOWN:
            del self._known[next(iter(self._known))]
        self._known[known] = None
