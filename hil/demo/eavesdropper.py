"""An eavesdropper on the broker: everything that crosses the wire, to be searched for persons.

Owns one MQTT connection. Keeps topics and payloads in memory only, bounded.
"""

from __future__ import annotations

import threading

from paho.mqtt.client import Client, MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion

MAX_HEARD_BYTES = 64 * 1024 * 1024


class Eavesdropper:
    """Hears all topics from `start` to `stop`."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._lock = threading.Lock()
        self._heard = bytearray()
        self._messages = 0
        self._subscribed = threading.Event()
        self._client = Client(CallbackAPIVersion.VERSION2, client_id="demo-eavesdropper")
        self._client.on_connect = lambda client, *_: client.subscribe("#", qos=0)
        self._client.on_subscribe = lambda *_: self._subscribed.set()
        self._client.on_message = self._hear

    def start(self, timeout_s: float) -> bool:
        """True when it hears; call before the kiosk starts so that nothing is missed."""
        self._client.connect("127.0.0.1", self._port)
        self._client.loop_start()
        return self._subscribed.wait(timeout_s)

    def stop(self) -> tuple[int, bytes]:
        """Number of messages, and all topics and payloads one after the other."""
        self._client.disconnect()
        self._client.loop_stop()
        with self._lock:
            return self._messages, bytes(self._heard)

    def _hear(self, client: Client, userdata: object, message: MQTTMessage) -> None:
        with self._lock:
            self._messages += 1
            if len(self._heard) < MAX_HEARD_BYTES:
                self._heard += message.topic.encode() + b"\0" + message.payload + b"\0"
