"""The shape of the settings of devices: thermometer, printer, camera, scanner, ID-card reader.

Owns names, types, ranges and units of these tables; `config.model` joins them. Must not read files.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from msgspec import Meta, field

from config.section import Baud, Seconds, Section, Url


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
