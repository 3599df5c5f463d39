import pytest

from server.http.content_encoding import choose_encodings


@pytest.mark.parametrize(
    ("accepted", "chosen"),
    [
        ("", []),
        ("identity", []),
        ("deflate", []),
        ("gzip", ["gzip"]),
        ("GZIP", ["gzip"]),
        ("gzip, deflate, br, zstd", ["br", "gzip"]),
        ("gzip;q=1.0, br;q=0.5", ["gzip", "br"]),
        ("br;q=0, gzip;q=0.1", ["gzip"]),
        ("*", ["br", "gzip"]),
        ("*;q=0.1, br;q=0", ["gzip"]),
        ("*;q=0", []),
        ("identity, gzip;q=0.5, br", ["br"]),
        ("identity;q=0", []),
        ("identity;q=0, *", ["br", "gzip"]),
        ("gzip;q=none, br;q=nan", []),
        (" , ;, gzip ; q=0.3 ", ["gzip"]),
    ],
)
def test_encodings_are_chosen_by_the_clients_weights(accepted, chosen):
    assert choose_encodings(accepted, ["br", "gzip"]) == chosen
