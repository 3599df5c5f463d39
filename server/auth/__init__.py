"""Who is calling. `door` is where it is asked: a token or a key goes in, a login or a refusal
comes out; `gate` ends the connections that outlive a login."""
