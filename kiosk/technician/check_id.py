"""``kioskctl check-id``: is a document number well formed?"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import typer

from kiosk.identity.documents import check_document, kind_of
from kiosk.technician.answers import answer, fail


def check_id(
    numbers: Annotated[list[str], typer.Argument(metavar="NUMBER...", help="document numbers")],
) -> None:
    """Check document numbers by form and check character; nobody is looked up."""
    today = datetime.now().astimezone().date()
    checks = [check_document(kind_of(number), number, today=today) for number in numbers]
    for check in checks:
        answer(
            {
                "number": check.number,
                "kind": check.kind.value,
                "valid": check.valid,
                "reason": check.reason,
            }
        )
    if not all(check.valid for check in checks):
        fail()
