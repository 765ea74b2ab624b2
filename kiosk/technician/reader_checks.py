"""The doctor's checks of scanner and ID-card reader: is the right thing at the end of the cable?

Opens each for a moment and asks; changes no setting. A scanner that types or a Newland proves
nothing until somebody scans, and the finding says that it is not known.
"""

from __future__ import annotations

import time
from typing import Any

from config.devices import IdCardReaderSection, ScannerKind, ScannerSection
from firmware_bridge.codec import Codec, Noise
from firmware_bridge.codecs.ga450 import STATUS_OK, Ga450Codec, ReaderAnswer, ReaderCommand
from firmware_bridge.codecs.gm65 import (
    READ_BACK,
    SETTING_CODES_CLOSED,
    SETTING_CODES_ZONE,
    Gm65Codec,
    ScannerAnswer,
)
from firmware_bridge.errors import LinkError
from firmware_bridge.keyboard_port import KeyboardIdentity
from firmware_bridge.transport import Transport, open_transport
from kiosk.technician.finding import Finding

ANSWER_S = 0.7
_READ_S = 0.05
_WRITE_S = 0.5


def check_scanner(settings: ScannerSection, answer_s: float = ANSWER_S) -> Finding:
    """Asks a GM65 for its settings; of the others it only sees that they can be opened."""
    try:
        keyboards = [KeyboardIdentity.parse(text) for text in settings.keyboards]
        transport = open_transport(settings.url, settings.baud, keyboards)
    except LinkError as error:
        return Finding("scanner", False, str(error))
    try:
        if settings.kind is ScannerKind.GM65:
            return _gm65(transport, settings, answer_s)
    except LinkError as error:
        return Finding("scanner", False, str(error))
    finally:
        transport.close()
    return Finding(
        "scanner",
        None,
        f"{settings.url} can be opened; it says nothing until it scans",
        "start the kiosk and scan a code",
    )


def check_id_card_reader(settings: IdCardReaderSection, answer_s: float = ANSWER_S) -> Finding:
    """Asks the reader for its state and its security module for its number; reads no card."""
    role = "id-card-reader"
    try:
        transport = open_transport(settings.url, settings.baud)
    except LinkError as error:
        return Finding(role, False, str(error))
    try:
        state = _ask(transport, Ga450Codec(), ReaderCommand.STATUS, answer_s)
        module = _ask(transport, Ga450Codec(), ReaderCommand.SAM_ID, answer_s)
    except LinkError as error:
        return Finding(role, False, str(error))
    finally:
        transport.close()
    if not isinstance(state, ReaderAnswer):
        return Finding(
            role,
            False,
            f"{settings.url} does not answer as an ID-card reader",
            "check its power, its cable and id_card_reader.baud",
        )
    if state.status != STATUS_OK:
        return Finding(role, False, f"it says: {state.meaning}", "switch it off and on; replace it")
    number = module.sam_id if isinstance(module, ReaderAnswer) else ""
    return Finding(role, True, f"it is well; security module {number or 'unknown'}")


def _gm65(transport: Transport, settings: ScannerSection, answer_s: float) -> Finding:
    answer = _ask(transport, Gm65Codec(), READ_BACK, answer_s)
    if not isinstance(answer, ScannerAnswer):
        return Finding(
            "scanner",
            False,
            f"{settings.url} does not answer as a GM65",
            "check its cable, scanner.baud and scanner.kind",
        )
    closed = answer.data[SETTING_CODES_ZONE] == SETTING_CODES_CLOSED
    seen = "closed" if closed else "open until the kiosk starts and closes them"
    return Finding("scanner", True, f"it answers; setting codes are {seen}")


def _ask(
    transport: Transport, codec: Codec[Any], question: object, answer_s: float
) -> object | None:
    """The first frame within ``answer_s``, None when there is none."""
    transport.write(codec.encode(question), _WRITE_S)
    ends_s = time.monotonic() + answer_s
    while (now_s := time.monotonic()) < ends_s:
        found: list[object] = codec.feed(transport.read(4096, _READ_S), now_s)
        frames = [item for item in found if not isinstance(item, Noise)]
        if frames:
            return frames[0]
    return None
