"""Which address limits count a client under."""

import pytest
from pydantic import ValidationError

from server.http.client_address import TrustedProxies, address_key, client_address
from server.settings import Settings


@pytest.mark.parametrize(
    ("host", "key"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::9", "2001:db8:1:2::/64"),
        ("a socket", "a socket"),
        ("x" * 1000, "x" * 100),
    ],
)
def test_all_addresses_of_one_customer_have_one_key(host, key):
    assert address_key(host) == key
    assert client_address({"client": (host, 1)}) == key


def test_a_connection_without_an_address_has_an_empty_key():
    assert client_address({"client": None}) == ""


def test_proxies_are_addresses_and_networks():
    proxies = TrustedProxies(["10.0.0.0/8", "::1"])
    trusted = [each in proxies for each in ("10.2.3.4", "::ffff:10.1.1.1", "::1", "11.0.0.1", "")]
    assert trusted == [True, True, True, False, False]


def test_the_setting_takes_names_separated_by_commas(monkeypatch):
    monkeypatch.setenv("SESSIONS_TRUSTED_PROXIES", "10.0.0.0/8, ::1,")
    assert Settings(_env_file=None).trusted_proxies == ("10.0.0.0/8", "::1")
    monkeypatch.setenv("SESSIONS_TRUSTED_PROXIES", "")
    assert Settings(_env_file=None).trusted_proxies == ()
    monkeypatch.setenv("SESSIONS_TRUSTED_PROXIES", "proxy.example")
    with pytest.raises(ValidationError):
        Settings(_env_file=None)
