"""What the demo writes for its processes to read: kiosk.toml, coordinator.toml, mosquitto.conf.

Owns the differences between a demo site and a real one. Pure text; `site` writes the files. Must
not weaken anything that a visit is proved by: policy stays the profile's, only waiting is shorter.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from config.devices import ThermometerCodec
from hil.demo.folder import DemoFolder
from hil.models.small_boards import BOARD_PATTERN

REGION, SITE_ID, KIOSK_NUMBER = "330106", "0007", "03"
SITE_NAME = "西湖演示采样点"
KIOSK_ID = f"{REGION}-{SITE_ID}-k{KIOSK_NUMBER}"
PROFILE = "sampling-site"

TomlValue = str | int | float | bool | tuple[int, ...]
Sections = dict[str, dict[str, TomlValue]]


@dataclass(frozen=True, slots=True)
class SitePlan:
    """All that the texts depend on. ``hurried`` shortens a kiosk's waits, for headless runs."""

    folder: DemoFolder
    broker_port: int
    web_port: int
    thermometer_url: str
    printer_url: str
    camera_source: str
    calibration_k: float
    sdl_driver: str
    hurried: bool
    thermometer_codec: ThermometerCodec = ThermometerCodec.GY_MCU90615


def kiosk_sections(plan: SitePlan) -> Sections:
    """The kiosk's settings that differ from the ``sampling-site`` profile."""
    folder = plan.folder
    sections: Sections = {
        "site": {"region": REGION, "id": SITE_ID, "kiosk": KIOSK_NUMBER, "name": SITE_NAME},
        "paths": {
            "state_dir": str(folder.kiosk_state),
            "runtime_dir": str(folder.kiosk_runtime),
            "keys_dir": str(folder.kiosk_keys),
        },
        "thermometer": {
            "url": plan.thermometer_url,
            "codec": plan.thermometer_codec.value,
            "experimental": True,
        },
        "thermometer.text_lines": {"pattern": BOARD_PATTERN},
        "thermometer.body": {
            "k": plan.calibration_k,
            "version": "demo-twin",
            "calibrated_on": "2022-11-22",
        },
        "printer": {"url": plan.printer_url},
        "camera": {"source": plan.camera_source},
        "screen": {
            "driver": plan.sdl_driver,
            "fullscreen": False,
            "mirror_dir": str(folder.mirror),
        },
        "policy": {"lanes": (1, 2, 3)},
        "uplink": {
            "host": "127.0.0.1",
            "port": plan.broker_port,
            "grace_s": 2.0,  # a day on a site; here the purge must be seen to happen
            "reconnect_min_s": 0.2,
            "reconnect_max_s": 2.0,
        },
        "ledger": {"quota_mb": 64},
    }
    if plan.hurried:
        sections["policy"] |= {
            "auto_confirm_s": 0.8,
            "idle_s": 20.0,
            "still_there_s": 5.0,
            "result_s": 8.0,
            "fever_page_s": 8.0,
        }
    return sections


def coordinator_settings(plan: SitePlan) -> dict[str, TomlValue]:
    """The coordinator's settings, all at the top level of its file."""
    return {
        "site_id": SITE_ID,
        "site_name": SITE_NAME,
        "state_dir": str(plan.folder.coordinator_state),
        "keys_dir": str(plan.folder.coordinator_keys),
        "broker_host": "127.0.0.1",
        "broker_port": plan.broker_port,
        "web_host": "127.0.0.1",
        "web_port": plan.web_port,
    }


def broker_conf(port: int, user: str) -> str:
    """mosquitto on loopback only, keeping nothing: the broker is trusted with no record.

    It stays ``user``: a change of user would undo that it ends with the demo, see `hil.demo.child`.
    """
    return "\n".join(
        (
            f"user {user}",
            f"listener {port} 127.0.0.1",
            "allow_anonymous true",
            "persistence false",
            "max_queued_messages 0",
            "max_queued_bytes 67108864",
            "max_inflight_messages 0",
            "log_dest stderr",
            "log_type error",
            "log_type warning",
            "log_type notice",
            "connection_messages true",
            "",
        )
    )


def toml_text(top: dict[str, TomlValue], sections: Sections | None = None) -> str:
    """Settings as TOML, top-level keys first."""
    lines = [f"{key} = {_value(value)}" for key, value in top.items()]
    for name, values in (sections or {}).items():
        lines += ["", f"[{name}]"] if lines else [f"[{name}]"]
        lines += [f"{key} = {_value(value)}" for key, value in values.items()]
    return "\n".join(lines) + "\n"


def write_private(path: Path, text: str) -> Path:
    """Write ``text`` readable for this user only; returns the path."""
    path.touch(mode=0o600)
    path.write_text(text, encoding="utf-8")
    return path


def _value(value: TomlValue) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        quoted = value.replace("\\", "\\\\").replace('"', '\\"')
        return f'"{quoted}"'
    if isinstance(value, tuple):
        return "[" + ", ".join(str(item) for item in value) + "]"
    return str(value)
