"""Serial ports and pseudo-terminals: opened by pyserial, exclusively, read and written by poll.

Owns opening and line settings. pyserial reports a lost device in three unrelated exception families
(SerialException, OSError, termios.error); they end here.
"""

from __future__ import annotations

import errno
import fcntl
import termios
from contextlib import suppress

import serial

from firmware_bridge.descriptor import DescriptorIo
from firmware_bridge.errors import LinkError, PortAbsent

# pyserial locks with flock, which only other pyserials respect; this keeps out everybody else.
_TIOCEXCL = termios.TIOCEXCL
_ABSENT = (errno.ENOENT, errno.ENODEV, errno.ENXIO, errno.EIO)
_BUSY = (errno.EAGAIN, errno.EBUSY)


class SerialPort:
    """An open serial port, 8N1 without flow control. See `Transport`."""

    def __init__(self, port: serial.Serial) -> None:
        self._port = port
        self._io = DescriptorIo(port.fileno(), str(port.port), self._release)
        self.read = self._io.read
        self.write = self._io.write
        self.close = self._io.close

    def set_baud(self, baud: int) -> None:
        """Raises `LinkError` for a speed the port cannot do. Drops what arrived at the old one."""
        try:
            self._port.baudrate = baud
            self._port.reset_input_buffer()
        except ValueError as error:
            raise LinkError(
                f"{self._port.port} cannot be set to {baud} baud; choose another"
            ) from error
        except (OSError, termios.error) as error:
            raise PortAbsent(
                f"{self._port.port} went away while in use; check its cable and its power"
            ) from error

    def _release(self) -> None:
        # A twin may hold its pseudo-terminal open; without this it would stay locked for ever.
        with suppress(OSError):
            fcntl.ioctl(self._port.fileno(), termios.TIOCNXCL)
        self._port.close()


def open_serial(path: str, baud: int) -> SerialPort:
    """Open ``path`` exclusively. Raises `PortAbsent` or `LinkError`."""
    port = serial.Serial()
    port.port = path
    port.exclusive = True
    port.timeout = 0
    try:
        port.baudrate = baud
        port.open()
        # pyserial locks with flock, which only pyserial respects; this keeps out everybody else.
        fcntl.ioctl(port.fileno(), termios.TIOCEXCL)
    except (OSError, ValueError, termios.error) as error:
        port.close()
        raise _refusal(path, baud, error) from error
    return SerialPort(port)


def _refusal(path: str, baud: int, error: Exception) -> LinkError:
    if isinstance(error, ValueError):
        return LinkError(f"{path} cannot be opened at {baud} baud; choose another", permanent=True)
    code = error.args[0] if error.args else None
    if code in _ABSENT:
        return PortAbsent(f"there is no port {path}; check the cable, the power and the udev rule")
    if code in _BUSY:
        return LinkError(f"{path} is in use by another program; stop that program")
    if code == errno.EACCES:
        return LinkError(f"the kiosk may not open {path}; its udev rule must give group dialout")
    if code == errno.ENOTTY or "Could not configure port" in str(error):
        return LinkError(f"{path} is not a serial port; correct the address", permanent=True)
    return LinkError(f"{path} cannot be opened ({error}); check the device")
