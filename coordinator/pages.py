"""The staff page as HTML: one template of the whole, one of each fragment that changes.

Owns the phrasing (through the catalogue) and the small formats: ages, minutes, tube numbers. Must
not read the store: an `Overview` comes in. Everything is escaped; nothing in it names a person in
clear because the overview holds nobody in clear.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from datetime import datetime

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from config.model import Language
from config.translations import Catalogue
from contracts.tube_number import TubeNumber, TubeNumberError
from coordinator.alerts import Notice, Urgency, notices
from coordinator.overview import Overview, Tube

FRAGMENTS = ("status", "figures", "alerts", "lanes", "kiosks", "closed")


class Pages:
    """Renders in one language."""

    def __init__(self, language: Language, site_name: str) -> None:
        self.language = language
        self._catalogue = Catalogue.load(language)
        self._environment = Environment(
            loader=PackageLoader("coordinator"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._environment.globals.update(
            t=self._catalogue.text,
            phrase=self._phrase,
            lane_title=self._lane_title,
            site_name=site_name,
            language=str(language),
            Urgency=Urgency,
        )
        self._environment.filters.update(
            tube=tube_grouped,
            clock=clock_time,
            age=functools.partial(age, self._catalogue),
        )

    def fragments(self, overview: Overview) -> dict[str, str]:
        """Every fragment's inner HTML by its element id."""
        context = self._context(overview)
        return {name: self._render(f"_{name}.html", context) for name in FRAGMENTS}

    def page(self, overview: Overview) -> str:
        """The whole page, complete without any script."""
        return self._render("site.html", {**self._context(overview), **self._markup(overview)})

    def lane_page(self, overview: Overview, number: int) -> str:
        """One lane, for the tablet that stands there."""
        return self._render(
            "lane.html",
            {
                **self._context(overview),
                "number": number,
                "lane_html": Markup(self.lane_fragment(overview, number)),
            },
        )

    def lane_fragment(self, overview: Overview, number: int) -> str:
        """The inner HTML of ``#lane``."""
        lane = next((lane for lane in overview.lanes if lane.number == number), None)
        return self._render("_lane.html", {**self._context(overview), "lane": lane})

    def refused(self, reason: str) -> str:
        """One sentence on a page of its own, for a form that was sent without the script."""
        return self._render("refused.html", {"reason": reason})

    def sentence(self, message_id: str) -> str:
        """A text of the catalogue, for answers that are no page."""
        return self._catalogue.text(message_id)

    def _markup(self, overview: Overview) -> dict[str, object]:
        html = self.fragments(overview)
        return {"html": {name: Markup(text) for name, text in html.items()}}

    def _context(self, overview: Overview) -> dict[str, object]:
        found = notices(overview)
        return {
            "site": overview,
            "notices": found,
            "urgent": sum(notice.urgency is Urgency.NOW for notice in found),
        }

    def _render(self, template: str, context: Mapping[str, object]) -> str:
        return self._environment.get_template(template).render(context)

    def _lane_title(self, number: int) -> Markup:
        """``3 号采样台`` or ``Lane 3``, the number large."""
        before, _, after = self._catalogue.text("staff.lane").partition("{number}")
        return Markup("{}<b>{}</b>{}").format(before, number, after)

    def _phrase(self, notice: Notice, part: str) -> str:
        """Our own text for staff, else the text that the kiosk names, else the bare id."""
        message_id = notice.what if part == "what" else notice.action
        own = message_id.removeprefix("staff.")
        candidates = [message_id, own] if part == "what" else [message_id]
        for candidate in candidates:
            if candidate in self._catalogue.message_ids:
                return self._catalogue.text(candidate, **notice.values)
        return own if part == "what" else ""


def tube_grouped(tube: Tube | str) -> str:
    """``0007 03 326 0417 9``."""
    number = tube if isinstance(tube, str) else tube.tube
    try:
        return TubeNumber.parse(number).grouped
    except TubeNumberError:
        return number


def clock_time(unix_s: float | None) -> str:
    """Local wall time ``08:41``, empty for an unknown moment."""
    return "" if not unix_s else datetime.fromtimestamp(unix_s).astimezone().strftime("%H:%M")


def age(catalogue: Catalogue, seconds: float | None) -> str:
    """A calm age: whole minutes, ``just now`` below one."""
    if seconds is None:
        return ""
    minutes = int(seconds // 60)
    if minutes < 1:
        return catalogue.text("staff.age.now")
    if minutes < 120:
        return catalogue.text("staff.age.minutes", count=minutes)
    return catalogue.text("staff.age.hours", count=minutes // 60)
