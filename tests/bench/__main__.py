"""`make bench`: how fast Plein is, beside the least that the homeserver and the database allow."""

import argparse
import asyncio
import sys
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path

from tests.bench import commands, crowds, figures, intake
from tests.bench.figures import Figure
from tests.bench.stages import stage


async def measured(folder: Path, *, tries: int, full: bool) -> AsyncIterator[Figure]:
    crowd = 1000 if full else 200
    yield await intake.live(folder, tries, 5000)
    yield await intake.rebuild(folder, tries, 5000)
    async with stage(folder) as here:
        yield await commands.round_trip(here, 20 * tries)
        yield await commands.subsite_with_groups(here, tries)
        yield await crowds.inviting(here, tries, crowd)
        yield await crowds.joining(here, tries, crowd)
        yield await crowds.banning(here, tries, 40, 100 if full else 15)


async def main() -> int:
    parser = argparse.ArgumentParser(prog="bench", description=__doc__)
    parser.add_argument("--tries", type=int, default=3, help="how often each thing is measured")
    parser.add_argument("--full", action="store_true", help="with larger crowds")
    parser.add_argument("--json", type=Path, default=Path("build/bench.json"), help="the file")
    asked = parser.parse_args()
    found: list[Figure] = []
    with tempfile.TemporaryDirectory(prefix="plein-bench-") as folder:
        async for figure in measured(Path(folder), tries=asked.tries, full=asked.full):
            print(figures.table([figure]).splitlines()[-1], file=sys.stderr, flush=True)  # noqa: T201
            found.append(figure)
    asked.json.parent.mkdir(parents=True, exist_ok=True)
    figures.write(found, asked.json)
    print(figures.table(found))  # noqa: T201
    return 0


sys.exit(asyncio.run(main()))
