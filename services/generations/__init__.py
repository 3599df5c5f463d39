"""Answers being written: begun in a verb's transaction, written outside of any, ended in one.

start     begins one;  writer  writes it;  flusher  puts its text in the log
log       the statements on the token log;  watch  reads it for whoever looks on
endings   the only ways it may end;  leases  who may write, and who takes over
"""
