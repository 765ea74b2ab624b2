"""A calibration to look at: the points and the line through them, as a PNG and as text.

Owns the drawing. Across: how much warmer the skin is than the room; up: how much warmer the body
is than its skin. All points on the line would be a perfect calibration.
"""

from __future__ import annotations

from math import ceil
from pathlib import Path

from PIL import Image, ImageDraw

from kiosk.technician.calibration_fit import CalibrationFit

_SIZE = (720, 480)
_MARGIN = 60
_INK, _FAINT, _LINE, _POINT = "#1c2733", "#d5dbe1", "#1c6dd0", "#c2410c"
_COLUMNS, _ROWS = 60, 15


def draw_png(fit: CalibrationFit, title: str, file: Path) -> None:
    """Write the plot. Raises OSError."""
    across_max, up_max = _extent(fit)
    width, height = _SIZE

    def place(across: float, up: float) -> tuple[float, float]:
        x = _MARGIN + across / across_max * (width - 2 * _MARGIN)
        return x, height - _MARGIN - up / up_max * (height - 2 * _MARGIN)

    image = Image.new("RGB", _SIZE, "white")
    draw = ImageDraw.Draw(image)
    for step in range(6):
        across, up = across_max * step / 5, up_max * step / 5
        draw.line([place(across, 0), place(across, up_max)], _FAINT)
        draw.line([place(0, up), place(across_max, up)], _FAINT)
        x, y = place(across, 0)
        draw.text((x - 8, y + 8), f"{across:.1f}", _INK)
        x, y = place(0, up)
        draw.text((x - 40, y - 6), f"{up:.2f}", _INK)
    draw.line([place(0, 0), place(across_max, fit.k * across_max)], _LINE, 3)
    for point in fit.points:
        x, y = place(point.difference_c, max(0.0, point.rise_c))
        draw.ellipse([x - 5, y - 5, x + 5, y + 5], _POINT)
    draw.text((_MARGIN, 16), title, _INK)
    draw.text((_MARGIN, 34), f"k = {fit.k:.4f}, scatter {fit.rms_c:.2f} degC", _INK)
    draw.text((width // 2 - 90, height - 24), "surface minus room, degC", _INK)
    draw.text((_MARGIN + 6, _MARGIN + 4), "body minus surface, degC", _INK)
    image.save(file, format="PNG")


def draw_text(fit: CalibrationFit) -> str:
    """The same for a terminal: ``o`` a point, ``.`` the line."""
    across_max, up_max = _extent(fit)
    grid = [[" "] * _COLUMNS for _ in range(_ROWS)]

    def mark(across: float, up: float, sign: str) -> None:
        column = min(_COLUMNS - 1, int(across / across_max * _COLUMNS))
        row = min(_ROWS - 1, max(0, int(up / up_max * _ROWS)))
        grid[_ROWS - 1 - row][column] = sign

    for column in range(_COLUMNS):
        across = (column + 0.5) / _COLUMNS * across_max
        mark(across, fit.k * across, ".")
    for point in fit.points:
        mark(point.difference_c, point.rise_c, "o")
    rows = [f"{up_max * (_ROWS - row) / _ROWS:6.2f} |" + "".join(grid[row]) for row in range(_ROWS)]
    scale = f"       +{'-' * _COLUMNS}\n        0{across_max:>{_COLUMNS - 1}.1f}"
    return "\n".join(["body minus surface (up), surface minus room (across), degC", *rows, scale])


def _extent(fit: CalibrationFit) -> tuple[float, float]:
    """How far the axes go: a little farther than the points and the line."""
    across = ceil(max(point.difference_c for point in fit.points) * 1.1)
    up = max(*(point.rise_c for point in fit.points), fit.k * across, 0.1)
    return float(across), ceil(up * 11) / 10
