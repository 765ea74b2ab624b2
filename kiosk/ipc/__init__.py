"""What the kiosk processes share: typed messages, the one Unix socket, life signs.

Messages are versioned, tagged JSON lines. A line that cannot be read is refused and counted, never
obeyed.
"""
