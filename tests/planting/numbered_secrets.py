"""Secrets that tests plant in texts. Each has a number of its own, so that one that is found where
it must not be tells the place where it was planted."""

import itertools
import re
from typing import Any

#: Numbers of all secrets of a process: two runs on one database do not find each other's.
NUMBERS = itertools.count(1_000)
SECRET = re.compile(r"wing(\d{4})", re.IGNORECASE)
#: Stands beside the secret, and is no secret: where it arrives, the text has arrived.
MARKER = re.compile(r"place(\d{4})", re.IGNORECASE)


class PlantedSecrets:
    """The secrets of one run, by the place where each was planted."""

    def __init__(self) -> None:
        self._places: dict[int, str] = {}

    @property
    def places(self) -> set[str]:
        return set(self._places.values())

    def text_for(self, place: str) -> str:
        """A text for this place, with a secret and a marker in it."""
        number = next(NUMBERS)
        self._places[number] = place
        return f"the password is Kestrel!Wing{number}. Place{number}"

    def left_in(self, text: str) -> set[str]:
        """The places whose secret is in the text."""
        return self._places_of(SECRET, text)

    def arrived_in(self, text: str) -> set[str]:
        """The places whose marker is in the text, with or without the secret."""
        return self._places_of(MARKER, text)

    def _places_of(self, pattern: re.Pattern[str], text: str) -> set[str]:
        numbers = {int(number) for number in pattern.findall(text)}
        return {place for number, place in self._places.items() if number in numbers}

    def in_json(self, value: Any, place: str) -> Any:
        """The JSON value with a secret in each of its texts. What has no space is an id, a name
        or a time, by which the server reads the others."""
        match value:
            case str():
                return self.text_for(place) if " " in value else value
            case list():
                return [self.in_json(item, place) for item in value]
            case dict():
                return {key: self.in_json(item, f"{place}.{key}") for key, item in value.items()}
            case _:
                return value
