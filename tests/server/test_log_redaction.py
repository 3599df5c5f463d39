"""What the log keeps: the public part of a key; not a key."""

from server.logging_config import redact_for_log


def test_prefix_of_a_key_identifies_it_in_the_log():
    line = "Authentication of 127.0.0.1 failed over HTTP: The API key us_281c1eccb6f0 is revoked."
    assert redact_for_log(line) == line


def test_whole_key_is_not_kept():
    key = "us_281c1eccb6f0_" + "Zq3" * 14
    assert key[16:] not in redact_for_log(f"The API key {key} is revoked.")


def test_process_id_is_kept():
    for line in ("Stopping parent process [27623]", "Finished server process [27623]"):
        assert redact_for_log(line) == line
