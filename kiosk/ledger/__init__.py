"""The kiosk's durable truth: records, tubes, places, label jobs and the outbox, in SQLite.

WAL with synchronous=FULL; sealed bodies only. One writer, the core. Must not decide anything: rules
live in flow.
"""
