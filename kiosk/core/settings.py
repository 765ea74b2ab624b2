"""From the kiosk's settings to what the flow and the links want. Pure reading, no decision."""

from __future__ import annotations

from config.devices import LabelSize
from config.model import KioskConfig, UnknownCode
from kiosk.flow.temperature import TemperaturePolicy
from kiosk.flow.visit_state import VisitPolicy

DEVICE_GRACE_S = 5.0
"""How long a resident waits for a device that is away before staff take over."""
HELP_PAGE_S = 60.0
EXTENSIONS_MAX = 10  # EN 301 549 asks for at least ten


def visit_policy(config: KioskConfig) -> VisitPolicy:
    """The site's policy in the flow's words."""
    policy, body = config.policy, config.thermometer.body
    return VisitPolicy(
        temperature=TemperaturePolicy(
            fever_c=policy.fever_c,
            plausible_low_c=policy.plausible_low_c,
            plausible_high_c=policy.plausible_high_c,
            calibration_k=body.k if body else None,
            calibration_version=body.version if body else "",
        ),
        pool_class=policy.pool_class,
        unknown_colour_to_staff=policy.unknown_code is UnknownCode.STAFF,
        default_language=policy.default_language.value,
        auto_confirm_s=policy.auto_confirm_s,
        idle_s=policy.idle_s,
        still_there_s=policy.still_there_s,
        result_s=policy.result_s,
        fever_page_s=policy.fever_page_s,
        help_page_s=HELP_PAGE_S,
        device_grace_s=DEVICE_GRACE_S,
        code_errors_before_help=policy.code_errors_before_help,
        extensions_max=EXTENSIONS_MAX,
    )


def label_template(size: LabelSize) -> str:
    """The template's name for a label of this size."""
    return f"tube-{size.value}"
