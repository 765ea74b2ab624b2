"""``file:``: every byte a printer would get, in order, and never an answer."""

from __future__ import annotations

from pathlib import Path

import pytest

from firmware_bridge.errors import LinkError, PortAbsent
from firmware_bridge.transport import TransportUrl, open_transport


def test_what_is_written_is_what_stands_in_the_file(tmp_path: Path) -> None:
    path = tmp_path / "labels.bin"
    port = open_transport(f"file:{path}")
    label = bytes(range(256)) * 300
    port.write(label, 1.0)
    port.close()
    port.close()
    again = open_transport(f"file:{path}")
    again.write(b"more", 1.0)
    again.close()
    assert path.read_bytes() == label + b"more"
    assert path.stat().st_mode & 0o777 == 0o600


def test_it_never_answers_and_says_so(tmp_path: Path) -> None:
    port = open_transport(f"file:{tmp_path / 'labels.bin'}")
    assert port.read(100, 0.01) == b""
    port.set_baud(9600)
    port.close()
    with pytest.raises(LinkError, match="was closed by the kiosk"):
        port.read(100, 5.0)
    assert not TransportUrl.parse("file:x").answers
    assert TransportUrl.parse("pty:x").answers


def test_two_kiosks_never_write_to_one_file(tmp_path: Path) -> None:
    port = open_transport(f"file:{tmp_path / 'labels.bin'}")
    with pytest.raises(LinkError, match="in use by another program"):
        open_transport(f"file:{tmp_path / 'labels.bin'}")
    port.close()
    open_transport(f"file:{tmp_path / 'labels.bin'}").close()


def test_a_path_that_cannot_be_written_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(PortAbsent, match="no folder for"):
        open_transport(f"file:{tmp_path / 'gone' / 'labels.bin'}")
    with pytest.raises(LinkError, match="cannot be written"):
        open_transport(f"file:{tmp_path}")
