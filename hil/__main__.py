"""`python -m hil`: scenarios on twins, and the bench page."""

from __future__ import annotations

import logging
from typing import Annotated

import typer
from rich.console import Console

from hil.run import run as run_scenarios
from hil.scenario import ScenarioBad

app = typer.Typer(help=__doc__, no_args_is_help=True, add_completion=False)


@app.command()
def run(
    scenarios: Annotated[
        list[str] | None, typer.Argument(help="Names or files; all without one.")
    ] = None,
) -> None:
    """Play scenarios against the twins; exit status 1 when one did not hold."""
    logging.disable(logging.WARNING)  # a link that is lost on purpose is no news
    try:
        held = run_scenarios(scenarios or [], Console())
    except ScenarioBad as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from error
    raise typer.Exit(0 if held else 1)


@app.command()
def bench(
    seed: Annotated[int, typer.Option(help="The same seed, the same residents.")] = 7,
    port: Annotated[
        int, typer.Option(min=0, max=65_535, help="Port of the bench page; 0: any free one.")
    ] = 0,
) -> None:
    """Serve the bench page with a whole site on this machine; nobody comes by themselves."""
    from hil.demo.command import EXPECTED_TROUBLE, run_live  # noqa: PLC0415  scenarios need no site
    from hil.demo.folder import make_folder  # noqa: PLC0415
    from hil.demo.live import Live  # noqa: PLC0415

    folder = make_folder(None)
    try:
        run_live(folder, Live(seed, port, by_themselves=False))
    except EXPECTED_TROUBLE as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from error
    finally:
        folder.remove()


if __name__ == "__main__":
    app(prog_name="python -m hil")
