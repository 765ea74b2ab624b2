"""The core process: the loop, the effect runner, device links, printer worker, IPC server.

The only writer of the ledger and the only owner of device links. Opens no network socket and waits
for no device at start.
"""
