"""Live subscriptions: one reader for many subscribers.

broadcast         subscribers as positions in shared events; single flight
shared_feed       the life of a feed per key, and its read loop
session_feed      the newest items of a session
session_log       the two session feeds: turns and events
dashboard         the feed of an account
dashboard_view    what one filter of a dashboard lets through
generation_watch  the text of a generation
generation_events the events of a generation for one viewer
subscriptions     what clients can subscribe to
"""
