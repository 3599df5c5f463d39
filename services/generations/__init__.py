"""Generations: answers of the assistant, started in a mutation's transaction, written in the
background, finished in one transaction.

start             starts a generation;  stop, regenerate  what users do with one
message_queue     messages sent while a turn runs
runner            streams the answer of the assistant into the token log;  job  its state meanwhile
request_loader    the input of the assistant;  case_loader  the snapshot of the session in it
outcomes          how a generation can end;  finish  ends it;  results  stores what it has become
usage_settlement  records the cost in the background
token_log/        the text while it is written;  leases/  who may write, and who takes over
store             all other SQL
"""
