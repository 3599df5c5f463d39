"""Secrets are redacted; error codes, IDs and sentences about passwords are kept."""

import pytest

from services.ai.redact.redactor import redact

PRIVATE_KEY = (
    "-----BEGIN RSA PRIVATE KEY-----\nMIIEpAIBAAKCAQEA1234\nabc==\n-----END RSA PRIVATE KEY-----"
)

#: Texts with the secret in each.
SECRETS = [
    # in prose
    ("password is Hunter2!", "Hunter2!"),
    ("His password is now Winter-2024.", "Winter-2024"),
    ("The pw for the router is Tr0ub4dor&3", "Tr0ub4dor&3"),
    ("I changed the password to Spring2025! today", "Spring2025!"),
    ("password was reset to Autumn99", "Autumn99"),
    ("the temporary password: correcthorse", "correcthorse"),
    ("Passwort: Geheim123", "Geheim123"),
    ("Das Kennwort lautet Geheim123", "Geheim123"),
    ("PW=Geheim123", "Geheim123"),
    ("passphrase: 'correct horse battery'", "correct horse battery"),
    ("credentials: bob / Passw0rd1", "Passw0rd1"),
    ("username/password bob/Passw0rd1", "Passw0rd1"),
    # in commands
    ("net user bob Passw0rd1 /add", "Passw0rd1"),
    ("net user bob  S3cret!x", "S3cret!x"),
    (r"net use Z: \\srv\share Passw0rd1 /user:bob", "Passw0rd1"),
    ("mysql -u root -pS3cret! shop", "S3cret!"),
    ("sshpass -p S3cret! ssh root@host", "S3cret!"),
    ("curl -u bob:S3cret! https://host/", "S3cret!"),
    ("app.exe --password S3cret! --verbose", "S3cret!"),
    ("setup.exe /password:S3cret!", "S3cret!"),
    ('ConvertTo-SecureString "S3cret!" -AsPlainText', "S3cret!"),
    # in settings
    ("Server=db;User Id=sa;Password=S3cret!;Encrypt=yes", "S3cret!"),
    ("Server=db;Uid=sa;Pwd=S3cret!;", "S3cret!"),
    ("DefaultEndpointsProtocol=https;AccountName=x;AccountKey=abc123DEF456ghi789==", "abc123DEF"),
    ('{"user": "bob", "password": "S3cret!"}', "S3cret!"),
    ("DB_PASSWORD=S3cret!", "S3cret!"),
    ("client_secret: 8Q~abcDEF1234567890", "8Q~abcDEF1234567890"),
    ("api_key = 0123456789abcdef", "0123456789abcdef"),
    ("WPA2 key: Sommer2024wlan", "Sommer2024wlan"),
    ("aws_secret_access_key = wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", "wJalrXUtnFEMI"),
    # in addresses
    ("postgresql://bob:S3cret!@db.example/x", "S3cret!"),
    ("https://bob:S3cret!@host.example/path", "S3cret!"),
    ("redis://:S3cret!@cache:6379/0", "S3cret!"),
    ("https://x.blob.core.windows.net/c?sv=2022&sig=abcDEF123%2Bxyz%3D", "abcDEF123"),
    ("https://host/cb?access_token=abcdef123456&x=1", "abcdef123456"),
    # tokens by their own form
    ("Authorization: Bearer abcDEF123456.ghi", "abcDEF123456"),
    ("Authorization: Basic Ym9iOlMzY3JldCE=", "Ym9iOlMzY3JldCE"),
    ("sent with bearer 0123456789abcdef0123", "0123456789abcdef0123"),
    ("AKIAIOSFODNN7EXAMPLE", "AKIAIOSFODNN7EXAMPLE"),
    ("ghp_abcdefghijklmnopqrstuvwxyz0123456789", "ghp_abc"),
    ("github_pat_11ABCDEFG0abcdefghijkl_mnop", "github_pat_11"),
    ("sk-ant-api03-abcdefghijklmnop-QRST", "sk-ant-api03"),
    (f"us_0123456789ab_{'0123456789abcdef' * 4}", "us_0123456789ab"),
    ("xoxb-1234567890-abcdefghij", "xoxb-1234567890"),
    ("glpat-abcdefghij0123456789", "glpat-abc"),
    ("eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.abc-DEF_123", "eyJhbGci"),
    (f"here:\n{PRIVATE_KEY}\nand so on", "MIIEpAIBAAKCAQEA1234"),
    ("-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXktdjEA", "b3BlbnNzaC1r"),
    # codes
    ("the MFA code is 493021", "493021"),
    ("verification code: 493021", "493021"),
    ("one-time code 2FA code: 493-021", "493-021"),
    ("OTP: 493021", "493021"),
    ("the PIN is 4930", "4930"),
    ("123456-234567-345678-456789-567890-678901-789012-890123", "345678"),
]

KEPT = [
    "error 0x80070005 in setup",
    "password is expired",
    "Password is incorrect.",
    "The password was changed yesterday",
    "Your password must be changed",
    "password: expired",
    "reset the password",
    "I reset the password and he could sign in",
    "password reset link was sent to bob@example.com",
    "the password policy requires 12 characters",
    "password has 12-character minimum",
    "Enter password:",
    "password: ********",
    "password=$DB_PASSWORD",
    "password=${DB_PASSWORD}",
    "net user bob /domain",
    "net user bob * /add",
    "6f9619ff-8b86-d011-b42d-00c04fc964ff",
    "correlation id 6f9619ff-8b86-d011-b42d-00c04fc964ff",
    "KB5034441 fails with 0x80070643",
    "10.0.0.12 and fe80::1ff:fe23:4567:890a",
    "https://192.168.1.1:8443/status",
    "https://example.com/path?id=1234&page=2",
    "https://user@example.com/",
    r"C:\Windows\System32\config\SAM",
    r"HKLM\SOFTWARE\Microsoft\Windows NT\CurrentVersion",
    "/etc/ssl/private/key.pem",
    "event ID 4625, status 0xC000006D, sub status 0xC000006A",
    "MFA code was not accepted",
    "the code is not sent to his phone",
    "the PIN is not accepted",
    "primary key violation",
    "the access token has expired",
    "press any key to continue",
    "public key: rejected",
    "-----BEGIN CERTIFICATE-----\nMIIDdzCCAl+gAwIBAgIEAgAAuTANBgkqhkiG\n-----END CERTIFICATE-----",
    "STOP code CRITICAL_PROCESS_DIED",
    "tests: pass: 12/14",
    "PS C:\\> Get-ADUser -Identity bob -Properties PasswordLastSet",
]


@pytest.mark.parametrize(("text", "secret"), SECRETS)
def test_a_secret_is_redacted(text, secret):
    assert secret not in redact(text)
    assert "[redacted]" in redact(text)


@pytest.mark.parametrize("text", KEPT)
def test_text_without_a_secret_is_unchanged(text):
    assert redact(text) == text


@pytest.mark.parametrize("text", [text for text, _ in SECRETS] + KEPT)
def test_redaction_is_idempotent(text):
    assert redact(redact(text)) == redact(text)


def test_text_around_a_secret_is_kept():
    assert redact("The password is Hunter2!, I think.") == "The password is [redacted], I think."
    assert redact("Server=db;Password=S3cret!;Encrypt=yes") == (
        "Server=db;Password=[redacted];Encrypt=yes"
    )
    assert redact("postgresql://bob:S3cret!@db/x") == "postgresql://bob:[redacted]@db/x"
    assert redact(f"before\n{PRIVATE_KEY}\nafter") == "before\n[redacted]\nafter"


def test_an_unpaired_surrogate_changes_nothing():
    assert redact("\ud800 password: Hunter2! \ud800") == "\ud800 password: [redacted] \ud800"
