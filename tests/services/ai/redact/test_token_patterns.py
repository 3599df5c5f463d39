"""The data file of token formats keeps the rules that the pattern and the streaming rely on."""

import re
import tomllib

import pytest

from services.ai.redact import vendors
from services.ai.redact.redactor import redact

TOKEN_PATTERNS = tomllib.loads(vendors.OWN_PATTERNS.read_text("utf-8"))["token"]
TOKENS = pytest.mark.parametrize("token", TOKEN_PATTERNS, ids=lambda token: token["vendor"])

#: A token of each vendor.
EXAMPLES = {
    "Anthropic, OpenAI": "sk-ant-api03-abcdefghijklmnop",
    "Stripe": "sk_live_abcdefghij12",
    "GitHub": "ghp_abcdefghijklmnopqrst1234",
    "GitHub, fine-grained": "github_pat_11ABCDEFG0abcdefghijkl_mnop",
    "GitLab": "glpat-abcdefghij0123456789",
    "Slack": "xoxb-1234567890-abcdefghij",
    "AWS access key ID": "AKIAIOSFODNN7EXAMPLE",
    "Google API key": "AIza" + "SyA1b2C3d4" * 4,
    "Google OAuth access token": "ya29.a0AfH6SMBabcdefghijklmn",
    "JSON Web Token": "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.abc-DEF_123",
    "npm": "npm_" + "a1B2c3" * 6,
    "PyPI": "pypi-AgEIcHlwaS5vcmcCJ",
    "Hugging Face": "hf_abcdefghijklmnopqrstuv",
    "HashiCorp Vault": "hvs.CAESIabcdefghijklmnop",
    "SendGrid": "SG.abcdefghijklmnopqrst.uvwxyz",
    "DigitalOcean": "dop_v1_" + "0123456789abcdef" * 4,
    "Atlassian": "ATATT3xFfGF0" + "a1B2c3D4" * 8,
    "Svix, Stripe and others: signing secret of a webhook": "whsec_" + "a1B2c3D4" * 4,
    "Dropbox": "sl." + "BVlIoFAo" * 5,
    "Mailgun": "key-" + "0123456789abcdef" * 2,
    "Databricks": "dapi" + "0123456789abcdef" * 2,
    "Linear": "lin_api_" + "a1B2c3D4" * 5,
    "Grafana": "glsa_" + "a1B2c3D4" * 4,
    "Docker": "dckr_pat_" + "a1B2c3D4" * 3,
    "Tailscale": "tskey-auth-" + "a1B2c3D4" * 3,
    "Terraform Cloud": "a1B2c3D4e5F6g7" + ".atlasv1." + "a1B2c3D4" * 4,
    "Private key in base64, as Kubernetes keeps it": "LS0tLS1CRUdJTiB" + "QUklW" + "QVRFIEtFWS" * 3,
    "Unified Sessions": "us_0123456789ab_" + "0123456789abcdef" * 4,
}


@TOKENS
def test_a_token_of_each_vendor_is_redacted(token):
    example = EXAMPLES[token["vendor"]]
    assert redact(f"it sent {example}, then stopped") == "it sent [redacted], then stopped"


@TOKENS
def test_a_pattern_has_no_group_whitespace_or_comment(token):
    """A group would be taken for text to keep; the whole pattern is compiled as verbose."""
    assert re.compile(token["pattern"]).groups == 0
    assert not re.search(r"[\s#]", token["pattern"])


@TOKENS
def test_a_match_ends_at_the_end_of_its_line(token):
    """Redaction of a stream releases a line once it is complete."""
    example = EXAMPLES[token["vendor"]]
    match = re.match(token["pattern"], f"{example}\n{example}")
    assert match
    assert "\n" not in match[0]


@TOKENS
def test_a_hint_is_lower_case_and_in_the_token(token):
    hints = token.get("hints", [])
    assert hints
    assert all(hint == hint.lower() for hint in hints)
    assert any(hint in EXAMPLES[token["vendor"]].lower() for hint in hints)
