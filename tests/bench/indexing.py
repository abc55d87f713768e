"""`make bench-index`: how fast files are read, by their formats, and how much memory it takes.

The files are those of `tests/documents/corpus/`, read one after the other as Plein does. Each
format is read by a process of its own, which tells how much its largest child took, and how much it
grew itself. The floor is a child that reads an empty file.
"""

import argparse
import asyncio
import json
import resource
import sys
from dataclasses import asdict, dataclass
from pathlib import Path

from plein_bot.documents.limits import LIMITS
from plein_bot.documents.texts import Text, read
from tests.bench import figures
from tests.bench.figures import Figure, Task
from tests.documents.corpus.make import MADE, STEPS

_PROGRAM = (sys.executable, "-m", "tests.bench.indexing")


@dataclass(frozen=True, slots=True)
class Use:
    """Seconds of the processor for one file, and MiB.

    `child` is the most that one had, which is at least what this process has: a child begins as
    its copy. `before` and `after` are the most that this process had.
    """

    processor: float
    child: float
    before: float
    after: float


def _mebibytes(who: int) -> float:
    return resource.getrusage(who).ru_maxrss / 1024


def _processor() -> float:
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)


def _files(kind: str, folder: Path) -> list[bytes]:
    if folder != MADE:
        return [path.read_bytes() for path in sorted(folder.glob(f"*.{kind}"))]
    return [(MADE / name).read_bytes() for name in STEPS if name.endswith(f".{kind}")]


def _reading(files: list[bytes]) -> Task:
    async def task() -> None:
        for file in files:
            found = await read(file)
            assert isinstance(found, Text), found

    return task


async def measured(kind: str, folder: Path, tries: int) -> tuple[Figure, Use]:
    files = _files(kind, folder)
    full, empty = _reading(files), _reading([b""] * len(files))
    await full()
    before, busy = _mebibytes(resource.RUSAGE_SELF), _processor()
    await full()
    busy = _processor() - busy
    figure = await figures.in_turns(kind, len(files), [full] * tries, [empty] * tries)
    after = _mebibytes(resource.RUSAGE_SELF)
    return figure, Use(busy / len(files), _mebibytes(resource.RUSAGE_CHILDREN), before, after)


async def apart(kind: str, folder: Path, tries: int) -> tuple[Figure, Use]:
    asked = ["--only", kind, "--tries", str(tries), "--folder", str(folder)]
    process = await asyncio.create_subprocess_exec(
        *_PROGRAM, *asked, stdout=asyncio.subprocess.PIPE
    )
    said, _ = await process.communicate()
    assert process.returncode == 0, kind
    figure, use = json.loads(said)
    return Figure(**figure), Use(**use)


def _kinds(folder: Path) -> list[str]:
    names = list(STEPS) if folder == MADE else [path.name for path in folder.iterdir()]
    return sorted({name.rpartition(".")[2] for name in names})


def told(figure: Figure, use: Use) -> str:
    rate = figure.of / sorted(figure.ours)[len(figure.ours) // 2]
    cells = (
        figure.name,
        f"{rate:.1f}",
        f"{use.processor * 1000:.0f} ms",
        f"{use.child:.0f} of {LIMITS.memory // 1024**2} MiB",
        f"{use.before:.0f} MiB",
        f"{use.after - use.before:+.1f} MiB",
    )
    return "| " + " | ".join(cells) + " |"


async def main() -> None:
    parser = argparse.ArgumentParser(prog="bench-index", description=__doc__)
    parser.add_argument("--tries", type=int, default=5, help="how often each format is read")
    parser.add_argument("--folder", type=Path, default=MADE, help="other files to read")
    parser.add_argument("--only", metavar="KIND", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    say = print
    if asked.only:
        figure, memory = await measured(asked.only, asked.folder, asked.tries)
        say(json.dumps([asdict(figure), asdict(memory)]))
        return
    found = [await apart(kind, asked.folder, asked.tries) for kind in _kinds(asked.folder)]
    say(figures.table(figure for figure, _ in found))
    say("\n| format | files a second | processor | largest child | Plein | grew by |")
    say("|---" * 6 + "|")
    for one in found:
        say(told(*one))


if __name__ == "__main__":
    asyncio.run(main())
