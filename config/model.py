"""The shape of a kiosk's settings, section by section, with every default.

Owns names, types, ranges and units. Must not read files: `config.load` does. Unknown keys are
refused there with file, section, key and the allowed set. Where a pattern says it badly, a
``description`` gives the words for people; it serves the error sentence and the JSON Schema.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from msgspec import Meta, Struct, field

from contracts.pool_class import PoolClass

Url = Annotated[str, Meta(min_length=1, max_length=512)]
Seconds = Annotated[float, Meta(ge=0.05, le=86_400)]
Celsius = Annotated[float, Meta(ge=-20.0, le=60.0)]
Baud = Annotated[int, Meta(ge=300, le=4_000_000)]
Host = Annotated[str, Meta(min_length=1, max_length=253)]
Port = Annotated[int, Meta(ge=1, le=65_535)]


class Section(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A table of the TOML file. Frozen; unknown keys are errors."""


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


class ThermometerMode(StrEnum):
    CONTINUOUS = "continuous"
    POLLED = "polled"


class ThermometerCodec(StrEnum):
    """The protocol of the thermometer; docs/devices.md says what each can prove."""

    GY_MCU90615 = "gy-mcu90615"
    GY_MCU90614 = "gy-mcu90614"
    CJMCU_90614 = "cjmcu-90614"
    GYMCU90640 = "gymcu90640"
    OPTRIS_CS = "optris-cs"
    OPTRIS_CT = "optris-ct"
    MODBUS = "modbus"
    TEXT_LINES = "text-lines"
    GD60914 = "gd60914"
    GY_614V3 = "gy-614v3"


EXPERIMENTAL_CODECS = frozenset({ThermometerCodec.GD60914, ThermometerCodec.GY_614V3})
"""Known from a single source: refused unless the settings say ``experimental = true``."""

Register = Annotated[int, Meta(ge=0, le=65_535)]


class ModbusMap(StrEnum):
    CALEX = "calex"
    OMEGA = "omega"
    GENERIC = "generic"


class ModbusSection(Section, frozen=True):
    """A Modbus-RTU sensor. The registers belong to ``map = "generic"`` alone.

    Temperatures are signed. Any of ``error_bits`` in the status register voids a measurement.
    """

    map: ModbusMap = ModbusMap.CALEX
    address: Annotated[int, Meta(ge=1, le=247)] = 1
    function: Annotated[int, Meta(ge=3, le=4)] = 4
    object_register: Register | None = None
    ambient_register: Register | None = None
    status_register: Register | None = None
    error_bits: Annotated[int, Meta(ge=0, le=65_535)] = 0b11111
    counts_per_degree: Annotated[int, Meta(ge=1, le=1000)] = 10


class OptrisSection(Section, frozen=True):
    """``hundredths`` for the "hs" models. ``address`` 1 to 15 on RS-485, 0 on a line of its own."""

    hundredths: bool = False
    address: Annotated[int, Meta(ge=0, le=15)] = 0


class TextLinesSection(Section, frozen=True):
    """What a board prints. The groups of ``pattern`` are ``object`` and, if told, ``ambient``."""

    pattern: Annotated[str, Meta(min_length=1, max_length=200)]


class BodyCalibration(Section, frozen=True):
    """Surface to body, ``body = surface + k * (surface - ambient)``, calibrated at this site.

    There is no default: a kiosk without a calibration does not judge a body temperature
    (reference: devices, section 1.8). ``kioskctl calibrate thermometer`` writes and signs it.
    """

    k: Annotated[float, Meta(ge=0.0, le=0.3)]
    version: Annotated[str, Meta(min_length=1, max_length=40)]
    calibrated_on: Annotated[
        str,
        Meta(
            pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$(?!\n)",
            description="a day in quotes as YYYY-MM-DD",
        ),
    ]
    due_on: Annotated[
        str,
        Meta(
            pattern=r"^([0-9]{4}-[0-9]{2}-[0-9]{2})?$(?!\n)",
            description="a day in quotes as YYYY-MM-DD",
        ),
    ] = ""
    points: Annotated[int, Meta(ge=0, le=10_000)] = 0
    residual_c: Annotated[float, Meta(ge=0, le=5)] = 0.0
    signature: Annotated[str, Meta(max_length=100)] = ""


class ThermometerSection(Section, frozen=True):
    """``url`` is ``tty:PATH``, ``pty:PATH``, ``tcp:HOST:PORT`` or ``replay:FILE``.

    ``mode`` matters where a protocol has both. ``modbus``, ``optris`` and ``text_lines`` belong to
    the codecs of those names.
    """

    url: Url = "tty:/dev/kiosk/thermometer"
    codec: ThermometerCodec = ThermometerCodec.GY_MCU90615
    experimental: bool = False
    mode: ThermometerMode = ThermometerMode.CONTINUOUS
    bauds: tuple[Baud, ...] = (115_200, 9_600)
    stable_samples: Annotated[int, Meta(ge=2, le=50)] = 4
    stable_spread_c: Annotated[float, Meta(gt=0, le=2)] = 0.3
    modbus: ModbusSection = field(default_factory=ModbusSection)
    optris: OptrisSection = field(default_factory=OptrisSection)
    text_lines: TextLinesSection | None = None
    body: BodyCalibration | None = None


class LabelSize(StrEnum):
    MM_40X30 = "40x30"
    MM_50X30 = "50x30"


class ProcessIdSupport(StrEnum):
    """Whether the printer answers GS ( H: without it a label is never *confirmed* by itself."""

    PROBE = "probe"
    YES = "yes"
    NO = "no"


class PrinterLanguage(StrEnum):
    """``zpl`` has a name so that it can be refused with a reason: it is unproved."""

    ESCPOS = "escpos"
    TSPL = "tspl"
    ZPL = "zpl"


class LabelPaper(StrEnum):
    GAP = "gap"
    BLACK_MARK = "black-mark"
    CONTINUOUS = "continuous"


class LabelEnding(StrEnum):
    """``auto``: a TSPL printer does as it was set, an ESC/POS printer cuts."""

    AUTO = "auto"
    CUT = "cut"
    PEEL = "peel"
    TEAR = "tear"


class LabelPositioning(StrEnum):
    """How an ESC/POS printer finds the next label; the paper layout is set in the printer."""

    NONE = "none"
    GS_FF = "gs-ff"
    FS_L = "fs-l"


class PrinterSection(Section, frozen=True):
    """``url`` as for the thermometer, also ``usb:VVVV:PPPP?port=1-1.3`` or ``?serial=NUMBER``,
    and ``file:PATH``. Not finished after ``finish_timeout_s`` is *unknown*.

    ``head_dots`` is the width of the print head at 203 dpi; ``gap_mm`` the height of the gap or
    black mark between two labels.
    """

    url: Url = "tty:/dev/kiosk/printer"
    baud: Baud = 115_200
    language: PrinterLanguage = PrinterLanguage.ESCPOS
    label: LabelSize = LabelSize.MM_40X30
    head_dots: Annotated[int, Meta(ge=160, le=1_280)] = 576
    paper: LabelPaper = LabelPaper.GAP
    ending: LabelEnding = LabelEnding.AUTO
    positioning: LabelPositioning = LabelPositioning.NONE
    gap_mm: Annotated[float, Meta(ge=0, le=25)] = 2.0
    process_id: ProcessIdSupport = ProcessIdSupport.PROBE
    finish_timeout_s: Seconds = 8.0

    @property
    def confirmation(self) -> ProcessIdSupport:
        """``process_id`` of a printer that can be asked: TSPL has no such word, a file no voice."""
        mute = self.language is not PrinterLanguage.ESCPOS or self.url.startswith("file:")
        return ProcessIdSupport.NO if mute else self.process_id


class CameraSection(Section, frozen=True):
    """``source`` is ``v4l2:PATH``, ``directory:PATH`` or ``memory:PATH`` (frames of a twin)."""

    source: Url = "v4l2:/dev/video0"
    width: Annotated[int, Meta(ge=320, le=3840)] = 1280
    height: Annotated[int, Meta(ge=240, le=2160)] = 720
    frames_per_s: Annotated[int, Meta(ge=1, le=60)] = 15
    code_max_bytes: Annotated[int, Meta(ge=16, le=2953)] = 1200
    stale_after_s: Seconds = 1.5


class ScannerKind(StrEnum):
    """Which language the scanner speaks."""

    GM65 = "gm65"
    NEWLAND = "newland"
    KEYBOARD = "keyboard"


class ScannerMode(StrEnum):
    """When a GM65 looks for codes; in ``command`` the kiosk triggers it all the time."""

    CONTINUOUS = "continuous"
    SENSE = "sense"
    COMMAND = "command"


class ScannerSection(Section, frozen=True):
    """A scanner beside the camera; without this section there is none.

    ``url`` as for the thermometer, or ``evdev:/dev/input/by-id/NAME`` for a scanner that types.
    ``keyboards`` lists which keyboards may: what any other types reaches nobody. ``settings`` are
    sent to a Newland scanner whenever it is connected, from its own manual.
    """

    url: Url = "tty:/dev/kiosk/scanner"
    kind: ScannerKind = ScannerKind.GM65
    baud: Baud = 9_600
    mode: ScannerMode = ScannerMode.CONTINUOUS
    settings: tuple[
        Annotated[
            str,
            Meta(
                pattern=r"^[A-Z]{6}[0-9A-Z]{0,40}$(?!\n)",
                description='a setting in quotes, six capital letters and its value, as "ABCDEF1"',
            ),
        ],
        ...,
    ] = ()
    keyboards: tuple[
        Annotated[
            str,
            Meta(
                pattern=r"^[0-9a-f]{4}:[0-9a-f]{4}@[0-9]+-[0-9]+(\.[0-9]+)*$(?!\n)",
                description='vendor:product@port in quotes, such as "05f9:2204@1-1.3"',
            ),
        ],
        ...,
    ] = ()
    code_max_bytes: Annotated[int, Meta(ge=16, le=2953)] = 1200


class CardLayout(StrEnum):
    """The kinds of ID card. The last two are off by default: their type letter is not proved."""

    RESIDENT = "resident"
    FOREIGNER_2017 = "foreigner-2017"
    HKMT_PERMIT = "hkmt-permit"
    FOREIGNER_2023 = "foreigner-2023"


class IdCardReaderSection(Section, frozen=True):
    """A GA 450 reader of ID cards; without this section there is none. ``url`` as above."""

    url: Url = "tty:/dev/kiosk/id-card-reader"
    baud: Baud = 115_200
    layouts: tuple[CardLayout, ...] = (CardLayout.RESIDENT, CardLayout.FOREIGNER_2017)


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
