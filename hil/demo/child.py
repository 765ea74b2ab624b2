"""Run one command so that it never outlives the demo: ``child.py PARENT_PID COMMAND…``.

Asks the kernel to kill this process when the thread that started it ends, then becomes the command.
Runs alone (``python -I -S``) and therefore imports nothing of ours.
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1


def main(arguments: list[str]) -> None:
    """Become the command. Exits with 127 when it cannot be started."""
    parent, *command = arguments
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != int(parent):  # the parent ended before the kernel knew
        raise SystemExit(1)
    try:
        os.execvp(command[0], command)
    except OSError as error:
        sys.stderr.write(f"{command[0]}: {error.strerror}\n")
        raise SystemExit(127) from error


if __name__ == "__main__":
    main(sys.argv[1:])
