"""Gathers the evidence of a finished run from its four sides, and searches for persons in clear.

Runs when all processes have ended: it reads what is at rest. Must not judge.
"""

from __future__ import annotations

import base64
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from contracts.sealing import SealingPrivateKey
from hil.demo.canaries import canaries_of, find_in, key_canaries, search
from hil.demo.coordinator_side import read_store
from hil.demo.facts import Evidence, Leak, Paper, Search, SeenVisit
from hil.demo.ledger_side import read_ledger
from hil.demo.settings import KIOSK_ID
from hil.demo.site import DemoSite

PRIVATE_KEY_BYTES = 32


@dataclass(frozen=True, slots=True)
class Heard:
    """What the eavesdropper on the broker heard: topics and payloads in one piece."""

    messages: int
    data: bytes


def gather(
    site: DemoSite,
    *,
    seen: Sequence[SeenVisit],
    papers: Sequence[Paper],
    swabbed: Sequence[str],
    killed: Sequence[str],
    heard: Heard,
) -> Evidence:
    """Read ledger and store. Raises `sqlite3.Error` or OSError when one of them is gone."""
    return Evidence(
        seen=tuple(seen),
        ledger=read_ledger(site.ledger_path, KIOSK_ID),
        coordinator=read_store(site.store_path, site.keys.sealing, site.kiosk_key),
        papers=tuple(papers),
        swabbed=tuple(swabbed),
        deaths=_deaths(site, killed),
        search=_search(site, seen, heard),
    )


def _deaths(site: DemoSite, killed: Sequence[str]) -> tuple[str, ...]:
    """One name a restart that nobody caused."""
    restarts = Counter({view.name: view.restarts for view in site.processes()})
    return tuple((restarts - Counter(killed)).elements())


def _search(site: DemoSite, seen: Sequence[SeenVisit], heard: Heard) -> Search:
    """Persons anywhere, and the private half of the sealing key anywhere on the kiosk."""
    folder = site.folder
    canaries = canaries_of(visit.person for visit in seen)
    found = search((folder.root, folder.memory), canaries)
    on_the_kiosk = search(
        (folder.kiosk_state, folder.kiosk_keys, folder.kiosk_runtime, folder.logs),
        key_canaries("private sealing key", _raw_private_key(site.keys.sealing)),
    )
    on_the_wire = tuple(
        Leak("the broker's traffic", canary.fact, canary.encoding)
        for canary in find_in(heard.data, canaries)
    )
    return Search(
        canaries=len(canaries),
        files=found.files,
        messages=heard.messages,
        searched_bytes=found.searched_bytes + len(heard.data),
        leaks=found.leaks + on_the_kiosk.leaks + on_the_wire,
    )


def _raw_private_key(key: SealingPrivateKey) -> bytes:
    """The 32 bytes themselves, which end the DER inside the PEM."""
    lines = key.to_pem().decode("ascii").splitlines()
    return base64.b64decode("".join(lines[1:-1]))[-PRIVATE_KEY_BYTES:]
