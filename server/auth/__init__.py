"""Authentication. `authenticator` turns a token or an API key into a login or a failure;
`connection_expiry` closes long-lived connections when their login expires or is revoked."""
