"""The uplink process: drains the outbox over MQTT and brings acknowledgements home.

Reads the outbox without writing it, sees sealed records only, touches no device.
"""
