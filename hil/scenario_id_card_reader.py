"""The ID-card reader under test: our link, codec and driver against the twin of the reader."""

from __future__ import annotations

from pathlib import Path

from config.devices import IdCardReaderSection
from drivers.id_card_reader.reader import CardLaid, CardRefused, IdCardReader
from firmware_bridge.codecs.ga450 import CardText, ReaderAnswer
from firmware_bridge.codecs.ga450_dialogue import ReadLost
from firmware_bridge.hotplug import HotplugWatch
from firmware_bridge.link import FrameArrived, Link, LinkChanged, LinkEvent, LinkState
from hil.scenario import Given, When
from hil.scenario_rig import Sightings
from hil.twins import IdCardReaderTwin
from kiosk.core.links import id_card_reader_link

_SYNTHETIC = {
    "110101199003071233": "resident",
    "110101196501010026": "other-resident",
    "810000198501010010": "hkmt",
    "XXX330185031201": "foreigner-2017",
    "911101198806070028": "foreigner-2023",
}
"""The numbers on the twin's cards; any other one would be a wrong number."""


class IdCardReaderRig:
    """``url`` is where twin and link meet, ``pty:PATH`` or ``tcp:127.0.0.1:0``."""

    def __init__(self, url: str, given: Given, seed: int) -> None:
        self.seen = Sightings()
        self._twin = IdCardReaderTwin(url, seed=seed, asks_for_lift=given.asks_for_lift)
        self._driver = IdCardReader()
        self._generation = 0
        self._link_state = LinkState.ABSENT
        self._cards: list[str] = []
        self._refused = ""
        self._url = url
        self._link: Link  # both are made by `start`: a TCP twin has its port only then
        self._hotplug: HotplugWatch

    def start(self) -> None:
        self._twin.start()
        self._link = id_card_reader_link(IdCardReaderSection(url=self._twin.url), self._on_event)
        paths = [Path(self._url.removeprefix("pty:"))] if self._url.startswith("pty:") else []
        self._hotplug = HotplugWatch(self._link.poke, paths, use_udev=False)
        self._hotplug.start()
        self._link.start()

    def stop(self) -> None:
        self._hotplug.stop()
        self._link.stop()
        self._twin.stop()

    def do(self, when: When) -> None:
        if when.lay is not None:
            self._twin.lay(when.lay)
        if when.lift:
            self._twin.lift()
        if when.authorised is not None:
            self._twin.set_authorised(authorised=when.authorised)
        if when.fault is not None:
            self._twin.fault(when.fault)
        if when.heal is not None:
            self._twin.heal(when.heal)

    def observed(self) -> dict[str, object]:
        return {
            "link": self._link_state.value,
            "generation_above": self._generation,
            "card": self._cards[-1] if self._cards else "",
            "cards": len(self._cards),
            "refused": self._refused,
            "wrong_cards": self._cards.count("wrong"),
            "unfit": self._driver.unfit,
        }

    def _on_event(self, event: LinkEvent) -> None:
        match event:
            case LinkChanged(status):
                with self.seen.noting():
                    self._link_state = status.state
                    if status.generation != self._generation:
                        self._generation = status.generation
                        self._driver.link_opened()
            case FrameArrived(frame=ReaderAnswer() | CardText() | ReadLost() as frame):
                with self.seen.noting():
                    for news in self._driver.feed(frame):
                        self._follow(news)

    def _follow(self, news: CardLaid | CardRefused) -> None:
        if isinstance(news, CardLaid):
            self._cards.append(_SYNTHETIC.get(news.card.number, "wrong"))
        else:
            self._refused = news.why.value
