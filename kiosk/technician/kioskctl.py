"""The command ``kioskctl``: joins the technician's commands, nothing else."""

from __future__ import annotations

import typer

from kiosk.technician.calibrate import calibrate
from kiosk.technician.check_id import check_id
from kiosk.technician.decode import decode
from kiosk.technician.devices import devices
from kiosk.technician.doctor import doctor
from kiosk.technician.label import label
from kiosk.technician.screens import screens
from kiosk.technician.selftest import selftest
from kiosk.technician.verify_code import verify_code
from kiosk.technician.wire import wire

app = typer.Typer(
    name="kioskctl",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,  # a pretty trace would print variables: personal data
    help="Look at a kiosk and its devices. JSON on standard output, one object a line.",
)
for command in (decode, verify_code, check_id, label, devices, doctor, screens):
    app.command()(command)
app.add_typer(wire, name="wire")
app.add_typer(selftest, name="selftest")
app.add_typer(calibrate, name="calibrate")

if __name__ == "__main__":
    app()
