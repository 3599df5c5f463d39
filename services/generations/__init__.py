"""Generations: answers of the assistant, started in a mutation's transaction, written in the
background, finished in one transaction.

start           starts a generation, or queues a message;  stop, regenerate  what users do with one
runner          streams the answer of the assistant into the token log
job             the state of one generation meanwhile, and the settlement of its cost
request_loader  the input of the assistant, with the snapshot of the session
finish          how a generation ends, and what its text becomes
leases          renews the right to write, takes expired generations over
token_log/      the text while it is written;  store  all other SQL
"""
