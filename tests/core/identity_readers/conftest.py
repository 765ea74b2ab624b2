"""A bench with a scanner and an ID-card reader, and what they say to it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from config.devices import IdCardReaderSection, ScannerSection
from config.model import KioskConfig
from firmware_bridge.codecs.ga450 import CardText, ReaderAnswer
from firmware_bridge.codecs.ga450_dialogue import ReadLost
from firmware_bridge.codecs.scan_assembly import ScannedCode
from firmware_bridge.link import FrameArrived, LinkState

Bench = Any
NUMBER = "110101199003071233"


class Readers:
    """What a scanner and an ID-card reader say to the kiosk of a bench."""

    def __init__(self, bench: Bench) -> None:
        self.bench = bench
        bench.link("scanner", LinkState.READY)
        bench.link("id-card-reader", LinkState.READY)

    @staticmethod
    def block(
        number: str = NUMBER, name: str = "王试一", to: str = "长期", kind: str = " "
    ) -> bytes:
        """The text of a card, by the offsets of the manual."""
        text = bytearray(" ".encode("utf-16-le") * 128)
        for offset, words in (
            (0, name),
            (30, "1"),
            (36, "19900307"),
            (122, number),
            (188, "20200101"),
            (204, to),
            (248, kind),
        ):
            raw = words.encode("utf-16-le")
            text[offset : offset + len(raw)] = raw
        return bytes(text)

    def scans(self, data: str | bytes, *, too_long: bool = False) -> None:
        raw = data.encode() if isinstance(data, str) else data
        self._arrives("scanner", ScannedCode(raw, too_long, self.bench.clock.now_s))

    def lays(self, **fields: str) -> None:
        for status in (0x9F, 0x90):
            self.answers(status)
        self.bench.wait(1.0)
        self._arrives("id-card-reader", CardText(self.block(**fields), self.bench.clock.now_s))

    def lifts(self) -> None:
        for _ in range(5):
            self.answers(0x80)

    def answers(self, status: int) -> None:
        self.bench.wait(0.2)
        self._arrives("id-card-reader", ReaderAnswer(status, "", "", self.bench.clock.now_s))

    def says_nothing_while_reading(self) -> None:
        self._arrives("id-card-reader", ReadLost(self.bench.clock.now_s))

    def _arrives(self, role: str, frame: object) -> None:
        bench = self.bench
        bench.kiosk.happened(FrameArrived(role, bench.generation, frame, bench.clock.now_s))
        bench.turn()


@pytest.fixture
def config(config: KioskConfig) -> KioskConfig:
    return msgspec.structs.replace(
        config, scanner=ScannerSection(), id_card_reader=IdCardReaderSection()
    )


@pytest.fixture
def readers(bench: Bench) -> Readers:
    return Readers(bench)


@pytest.fixture
def turned_on(make_bench: Callable[[KioskConfig], Bench]) -> Callable[[KioskConfig], Readers]:
    """Readers of a bench with other settings."""
    return lambda settings: Readers(make_bench(settings))


@pytest.fixture
def make_bench(tmp_path: Path, site: Any, bench: Bench) -> Iterator[Any]:
    """Other settings: a bench in a folder of its own; None: without any reader."""
    made: list[Bench] = []

    def make(settings: KioskConfig | None) -> Bench:
        plain = msgspec.structs.replace(bench.config, scanner=None, id_card_reader=None)
        folder = tmp_path / f"kiosk-{len(made)}"
        folder.mkdir()
        made.append(type(bench)(folder, site, settings or plain))
        made[-1].devices_come()
        return made[-1]

    yield make
    for one in made:
        one.ledger.close()
