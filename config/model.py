"""The shape of a kiosk's settings, section by section, with every default.

Owns names, types, ranges and units. Must not read files: `config.load` does. Unknown keys are
refused there with file, section, key and the allowed set. Where a pattern says it badly, a
``description`` gives the words for people; it serves the error sentence and the JSON Schema.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from msgspec import Meta, field

from config.devices import (
    CameraSection,
    IdCardReaderSection,
    PrinterSection,
    ScannerSection,
    ThermometerSection,
)
from config.section import Celsius, Host, Port, Seconds, Section
from contracts.pool_class import PoolClass


class SiteSection(Section, frozen=True):
    """Who this kiosk is. ``id`` and ``kiosk`` are part of every tube number."""

    region: Annotated[
        str, Meta(pattern=r"^[0-9]{6}$(?!\n)", description='six digits in quotes, such as "330106"')
    ] = "330106"
    id: Annotated[
        str, Meta(pattern=r"^[0-9]{4}$(?!\n)", description='four digits in quotes, such as "0007"')
    ] = "0007"
    kiosk: Annotated[
        str, Meta(pattern=r"^[0-9]{2}$(?!\n)", description='two digits in quotes, such as "03"')
    ] = "03"
    name: Annotated[str, Meta(min_length=1, max_length=60)] = "采样点"

    @property
    def kiosk_id(self) -> str:
        """Globally unique, one MQTT topic level, for example ``330106-0007-k03``."""
        return f"{self.region}-{self.id}-k{self.kiosk}"


class PathsSection(Section, frozen=True):
    """Where the kiosk keeps things. ``runtime_dir`` must be in memory (tmpfs)."""

    state_dir: str = "/var/lib/kiosk"
    runtime_dir: str = "/run/kiosk"
    keys_dir: str = "/etc/kiosk/keys"


class ScreenSection(Section, frozen=True):
    """``driver`` is the SDL video driver, empty for SDL's own choice. Sizes in pixels and mm.

    ``mirror_dir`` names a folder in memory through which a bench shows the screen and taps on it.
    """

    driver: str = ""
    width: Annotated[int, Meta(ge=480, le=3840)] = 1280
    height: Annotated[int, Meta(ge=480, le=2160)] = 800
    panel_width_mm: Annotated[float, Meta(ge=90, le=600)] = 217.0
    fullscreen: bool = True
    mirror_dir: str = ""


class Language(StrEnum):
    ZH = "zh"
    EN = "en"


class UnknownCode(StrEnum):
    """What a health code without a known colour means on this site."""

    ACCEPT_FLAGGED = "accept-flagged"
    STAFF = "staff"


class PolicySection(Section, frozen=True):
    """Site policy as data. Temperatures are of the body, in degrees Celsius.

    ``round_id`` names the sampling round; a person gets one place in a round. It changes by a new
    setting only, never by midnight or by a clock that jumps.
    """

    round_id: Annotated[
        str,
        Meta(
            pattern=r"^[0-9A-Za-z._-]{1,40}$(?!\n)",
            description="a name in quotes of 1 to 40 letters, digits, dots and hyphens",
        ),
    ] = "round-1"
    fever_c: Annotated[float, Meta(ge=36.0, le=39.0)] = 37.3
    plausible_low_c: Celsius = 34.0
    plausible_high_c: Celsius = 42.9
    fever_rest_min_s: Annotated[float, Meta(ge=0, le=3600)] = 180.0
    fever_area: Annotated[str, Meta(min_length=1, max_length=20)] = "B"
    unknown_code: UnknownCode = UnknownCode.ACCEPT_FLAGGED
    pool_class: PoolClass = PoolClass.TEN
    lanes: tuple[Annotated[int, Meta(ge=1, le=99)], ...] = (1, 2, 3)
    tube_max_age_s: Annotated[float, Meta(ge=60, le=86_400)] = 3_600.0
    household_max: Annotated[int, Meta(ge=2, le=20)] = 10
    default_language: Language = Language.ZH
    auto_confirm_s: Seconds = 3.0
    idle_s: Seconds = 45.0
    still_there_s: Seconds = 20.0
    result_s: Seconds = 12.0
    fever_page_s: Seconds = 30.0
    code_errors_before_help: Annotated[int, Meta(ge=1, le=10)] = 2


class UplinkSection(Section, frozen=True):
    """The site's broker. Acknowledged records stay on the kiosk, sealed, for ``grace_s``."""

    host: Host = "127.0.0.1"
    port: Port = 1883
    bundle_records: Annotated[int, Meta(ge=1, le=500)] = 50
    window_bundles: Annotated[int, Meta(ge=1, le=100)] = 8
    grace_s: Annotated[float, Meta(ge=0, le=30 * 86_400)] = 86_400.0
    reconnect_min_s: Seconds = 1.0
    reconnect_max_s: Seconds = 60.0


class LedgerSection(Section, frozen=True):
    """``serial_first`` to ``serial_last`` is the range of tube serials granted to this kiosk."""

    quota_mb: Annotated[int, Meta(ge=4, le=65_536)] = 256
    serial_first: Annotated[int, Meta(ge=0, le=9999)] = 1
    serial_last: Annotated[int, Meta(ge=0, le=9999)] = 9999


class KioskConfig(Section, frozen=True):
    """Everything a kiosk process may read. Built by `config.load.load_kiosk`."""

    site: SiteSection = field(default_factory=SiteSection)
    paths: PathsSection = field(default_factory=PathsSection)
    thermometer: ThermometerSection = field(default_factory=ThermometerSection)
    printer: PrinterSection = field(default_factory=PrinterSection)
    camera: CameraSection = field(default_factory=CameraSection)
    screen: ScreenSection = field(default_factory=ScreenSection)
    policy: PolicySection = field(default_factory=PolicySection)
    uplink: UplinkSection = field(default_factory=UplinkSection)
    ledger: LedgerSection = field(default_factory=LedgerSection)
    scanner: ScannerSection | None = None
    id_card_reader: IdCardReaderSection | None = None


class CoordinatorConfig(Section, frozen=True):
    """Everything the coordinator may read. Built by `config.load.load_coordinator`."""

    site_id: Annotated[
        str, Meta(pattern=r"^[0-9]{4}$(?!\n)", description='four digits in quotes, such as "0007"')
    ] = "0007"
    site_name: str = "采样点"
    state_dir: str = "/var/lib/site-coordinator"
    keys_dir: str = "/etc/site-coordinator/keys"
    broker_host: Host = "127.0.0.1"
    broker_port: Port = 1883
    web_host: Host = "127.0.0.1"
    web_port: Port = 8080
    language: Language = Language.ZH
