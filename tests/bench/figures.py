"""What is measured: ours beside the least that the homeserver or the database allows."""

import json
import platform
import time
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from statistics import median

Task = Callable[[], Awaitable[object]]


@dataclass(frozen=True, slots=True)
class Figure:
    """Seconds that the same thing took, each time it was tried: by Plein, and bare.

    `of` is how many things were done in each try. Both are tried in turns, so that whatever else
    the machine does falls on both.
    """

    name: str
    of: int
    ours: tuple[float, ...]
    floor: tuple[float, ...]
    aim: float | None = None

    @property
    def ratio(self) -> float:
        return median(self.ours) / median(self.floor)

    @property
    def row(self) -> tuple[str, ...]:
        aim = f"≤ {self.aim:g}" if self.aim else ""
        each = (_each(median(times) / self.of) for times in (self.ours, self.floor))
        return (self.name, str(len(self.ours)), str(self.of), *each, f"{self.ratio:.2f}", aim)


HEAD = ("what", "tries", "of", "Plein", "floor", "ratio", "aim")


def _each(seconds: float) -> str:
    if seconds < 0.001:
        return f"{seconds * 1e6:.0f} µs"
    return f"{seconds * 1000:.3g} ms" if seconds < 1 else f"{seconds:.2f} s"


async def seconds(task: Task) -> float:
    start = time.perf_counter()
    await task()
    return time.perf_counter() - start


async def in_turns(
    name: str, of: int, ours: Iterable[Task], floor: Iterable[Task], aim: float | None = None
) -> Figure:
    """Try each of both once, now the one first and then the other."""
    taken: tuple[list[float], list[float]] = ([], [])
    for number, pair in enumerate(zip(ours, floor, strict=True)):
        for which in (0, 1) if number % 2 else (1, 0):
            taken[which].append(await seconds(pair[which]))
    return Figure(name, of, tuple(taken[0]), tuple(taken[1]), aim)


def table(figures: Iterable[Figure]) -> str:
    """Markdown, aligned so that it reads well in a terminal too."""
    rows = [HEAD, *(figure.row for figure in figures)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(HEAD))]
    rows.insert(1, tuple("-" * width for width in widths))
    return "\n".join(
        "| " + " | ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) + " |"
        for row in rows
    )


def write(figures: Iterable[Figure], file: Path) -> None:
    machine = {"python": platform.python_version(), "machine": platform.machine()}
    told = [asdict(figure) | {"ratio": figure.ratio} for figure in figures]
    at = datetime.now(UTC).isoformat(timespec="seconds")
    file.write_text(json.dumps({"at": at, **machine, "figures": told}, indent=1))
