"""Leases: which process may write a generation, and until when.

store   the statements that renew, release and take over leases
keeper  the background task that renews the leases of this process and takes over expired ones
"""
