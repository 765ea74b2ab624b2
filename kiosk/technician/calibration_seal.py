"""Who made a calibration, when, and until when it holds: signed by the kiosk it was made at.

Owns the signed statement, its TOML fragment and the judgement of one. Must not fit.
"""

from __future__ import annotations

import json
from datetime import date

from msgspec.structs import replace

from config.devices import BodyCalibration
from contracts.signed_text import decode_base64url, encode_base64url
from contracts.signing import Domain, SignatureRefused, SigningKey, VerifyKey

DUE_SOON_DAYS = 14


def signed(body: BodyCalibration, kiosk_id: str, key: SigningKey) -> BodyCalibration:
    """``body`` with the kiosk's signature over everything in it."""
    signature = key.sign(Domain.CALIBRATION, _statement(body, kiosk_id))
    return replace(body, signature=encode_base64url(signature).decode("ascii"))


def verify(body: BodyCalibration, kiosk_id: str, key: VerifyKey) -> None:
    """Return when this kiosk signed exactly this. Raises `SignatureRefused`."""
    signature = decode_base64url(body.signature.encode("utf-8", "replace"))
    if signature is None:
        raise SignatureRefused("the calibration's signature is no signature at all")
    key.verify(Domain.CALIBRATION, _statement(body, kiosk_id), signature)


def due_sentence(body: BodyCalibration, today: date) -> str:
    """What to say of the day it is due, "" while that is far away or not known."""
    if not body.due_on:
        return ""
    left = (date.fromisoformat(body.due_on) - today).days
    if left < 0:
        return f"the calibration of {body.calibrated_on} was due on {body.due_on}: calibrate again"
    if left <= DUE_SOON_DAYS:
        return f"the calibration of {body.calibrated_on} is due in {left} days, on {body.due_on}"
    return ""


def fragment(body: BodyCalibration, kiosk_id: str) -> str:
    """A settings file of its own, to be named after the site's, or a section to put into it."""
    return (
        f"# The body calibration of kiosk {kiosk_id}, by kioskctl calibrate thermometer.\n"
        "# Signed as it stands: another value needs another calibration.\n\n"
        "[thermometer.body]\n"
        f"k = {body.k!r}\n"
        f"version = {json.dumps(body.version, ensure_ascii=False)}\n"
        f'calibrated_on = "{body.calibrated_on}"\n'
        f'due_on = "{body.due_on}"\n'
        f"points = {body.points}\n"
        f"residual_c = {body.residual_c!r}\n"
        f'signature = "{body.signature}"\n'
    )


def _statement(body: BodyCalibration, kiosk_id: str) -> bytes:
    """What is signed. A calibration of another kiosk has another name in it."""
    said = {
        "kiosk": kiosk_id,
        "k": body.k,
        "version": body.version,
        "calibrated_on": body.calibrated_on,
        "due_on": body.due_on,
        "points": body.points,
        "residual_c": body.residual_c,
    }
    return json.dumps(said, sort_keys=True, separators=(",", ":")).encode("ascii")
