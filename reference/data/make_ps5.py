"""Writes ps5.csv: 100 points of a plane in two classes, drawn from a fixed seed; the same bytes each time."""

from __future__ import annotations

from pathlib import Path

import numpy as np

ROWS, POSITIVE, SEED = 100, 24, 20
LOW, HIGH = (-6.0, -900.0), (-4.0, 1035.0)


def main() -> None:
    """Write the file beside this one."""
    Path(__file__).with_name("ps5.csv").write_text(table(), encoding="ascii")


def table() -> str:
    """A line of names, then one line per point: x_1, x_2, and its class.

    The 24 points nearest to a slanted stroke in the plane are of class 1; a little noise blurs its edge.
    """
    rng = np.random.default_rng(SEED)
    x = rng.uniform(LOW, HIGH, (ROWS, 2))
    along, across = (x[:, 0] + 5.4) / 0.5, (x[:, 1] - 250) / 450
    distance = np.hypot((along + across) / 2, 1.2 * (across - along)) + rng.normal(0, 0.1, ROWS)
    is_near = np.zeros(ROWS, dtype=int)
    is_near[np.argsort(distance)[:POSITIVE]] = 1
    rows = zip(x[:, 0].tolist(), x[:, 1].tolist(), is_near.tolist(), strict=True)
    return "x_1,x_2,classification\n" + "".join(f"{x_1!r},{x_2!r},{label}\n" for x_1, x_2, label in rows)


if __name__ == "__main__":
    main()
