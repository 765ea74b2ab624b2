"""Outbox to store and back over a real mosquitto, with everything killed on the way."""

from __future__ import annotations

from typing import Any

import pytest

from contracts.acknowledgement import Acknowledgement, sign_acknowledgement
from contracts.signing import SigningKey
from kiosk.ipc.messages import UplinkState

pytestmark = pytest.mark.site


def once_each(count: int) -> list[tuple[str, int]]:
    return [("epoch-1", seq) for seq in range(1, count + 1)]


def test_records_arrive_and_are_acknowledged(processes: Any) -> None:
    processes.commit(50)
    processes.start("broker", "coordinator", "uplink")
    processes.wait_drained()
    processes.commit(7)  # live ones, after the backlog
    processes.wait_drained()
    assert processes.stored() == once_each(57)
    assert processes.core.forged == 0


def test_broker_killed_in_the_middle_of_a_drain(processes: Any) -> None:
    processes.commit(600)
    processes.start("broker", "coordinator", "uplink")
    core, ledger = processes.core, processes.ledger
    core.wait_for("a part of the drain", lambda: 0 < ledger.outbox_waiting < 600)
    processes.kill("broker")
    core.wait_for("offline", lambda: core.statuses[-1].state is UplinkState.OFFLINE)
    processes.commit(20)  # a visit needs no network
    processes.start("broker")
    processes.wait_drained()
    assert processes.stored() == once_each(620)


def test_coordinator_killed_between_commit_and_acknowledgement(processes: Any) -> None:
    """The store has the records, nobody was told: they come again and are stored once."""
    processes.commit(60)
    processes.environment = {"coordinator": {"PYTHONPATH": str(processes.folder.root)}}
    (processes.folder.root / "sitecustomize.py").write_text(
        "import os\n"
        "import coordinator.intake as intake\n"
        "commit = intake.Intake.commit\n"
        "def commit_and_die(self, *arguments):\n"
        "    told = commit(self, *arguments)\n"
        "    if told:\n"
        "        os._exit(9)\n"
        "    return told\n"
        "intake.Intake.commit = commit_and_die\n"
    )
    processes.start("broker", "coordinator", "uplink")
    assert processes._running["coordinator"].wait(30) == 9
    assert processes.stored()
    assert processes.ledger.outbox_waiting == 60
    processes.environment = {}
    processes.start("coordinator")
    processes.wait_drained()
    assert processes.stored() == once_each(60)


def test_uplink_killed_again_and_again(processes: Any) -> None:
    processes.commit(300)
    processes.start("broker", "coordinator")
    for part in (250, 150, 50):
        processes.start("uplink")
        processes.core.wait_for(
            "a further part", lambda part=part: processes.ledger.outbox_waiting < part
        )
        processes.kill("uplink")
    processes.start("uplink")
    processes.wait_drained()
    assert processes.stored() == once_each(300)


def test_no_coordinator_then_one(processes: Any) -> None:
    processes.commit(5)
    processes.start("broker", "uplink")
    core = processes.core
    core.wait_for(
        "no coordinator",
        lambda: bool(core.statuses) and core.statuses[-1].state is UplinkState.NO_COORDINATOR,
    )
    assert "safe" in core.statuses[-1].detail
    processes.start("coordinator")
    processes.wait_drained()
    core.wait_for("online", lambda: core.statuses[-1].state is UplinkState.ONLINE)


def test_a_broker_that_refuses_and_then_does_not(processes: Any) -> None:
    conf = processes.folder.root / "mosquitto.conf"
    open_conf = conf.read_text()
    conf.write_text(open_conf.replace("allow_anonymous true", "allow_anonymous false"))
    processes.commit(5)
    processes.start("broker", "uplink")
    core = processes.core
    core.wait_for(
        "refused",
        lambda: bool(core.statuses) and core.statuses[-1].state is UplinkState.REFUSED,
    )
    assert "Not authorized" in core.statuses[-1].detail
    assert "enrolled" in core.statuses[-1].detail
    assert processes.runs("uplink")
    processes.kill("broker")
    conf.write_text(open_conf)
    processes.start("broker", "coordinator")
    processes.wait_drained()


def test_forged_acknowledgement_deletes_nothing(processes: Any) -> None:
    import paho.mqtt.client as mqtt  # noqa: PLC0415 - the forger's tool

    from contracts import topics  # noqa: PLC0415
    from contracts.presence import HostPresence, encode_presence  # noqa: PLC0415

    processes.commit(5)
    processes.start("broker")
    forged = sign_acknowledgement(
        Acknowledgement(
            kiosk=processes.twin.kiosk,
            epoch="epoch-1",
            high_water=5,
            database_id="store-1",
            at="2022-11-22T08:41:07+08:00",
        ),
        SigningKey.generate(),
    )
    forger = mqtt.Client(mqtt.CallbackAPIVersion.VERSION2, protocol=mqtt.MQTTProtocolVersion.MQTTv5)
    processes.wait_for_port()
    forger.connect("127.0.0.1", processes.port)
    forger.loop_start()
    host = HostPresence(online=True, database_id="store-1", since="2022-11-22T08:00:00+08:00")
    forger.publish(topics.HOST, encode_presence(host), qos=1, retain=True).wait_for_publish(5)
    forger.publish(
        topics.acknowledgement(processes.twin.kiosk), forged, qos=1, retain=True
    ).wait_for_publish(5)
    forger.disconnect()
    forger.loop_stop()
    processes.start("uplink")
    processes.wait_for_log("uplink", "counts for nothing")
    assert processes.ledger.outbox_waiting == 5
    assert processes.core.acknowledgements == 0
    processes.start("coordinator")
    processes.wait_drained()


def test_coordinator_with_another_store_is_refused(processes: Any) -> None:
    processes.commit(5)
    processes.start("broker", "coordinator", "uplink")
    processes.wait_drained()
    processes.kill("coordinator")
    for file in processes.folder.store.parent.iterdir():
        file.unlink()
    processes.commit(5)
    processes.start("coordinator")
    core = processes.core
    core.wait_for("refused", lambda: core.statuses[-1].state is UplinkState.REFUSED)
    assert "another store" in core.statuses[-1].detail
    assert processes.ledger.outbox_waiting == 5
