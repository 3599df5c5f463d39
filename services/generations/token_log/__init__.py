"""The token log: the text of running generations, written in numbered deltas.

store   every statement on `generation_deltas`
writer  the group commit: one statement for the new text of all generations of this process
"""
