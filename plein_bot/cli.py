"""The `plein` command: which operation was asked for, and what to say when it cannot be done.

What an operator can put right is a sentence on standard error; a traceback is our own mistake.
"""

import argparse
import asyncio
import importlib
import logging
import signal
import sys
import threading
from collections.abc import Coroutine
from pathlib import Path
from typing import Any

logger = logging.getLogger(__name__)

OPERATIONS = {
    "demo": "a private homeserver, Plein and a small Dutch square, on this machine",
    "run": "Plein on your own homeserver",
    "check": "whether the configuration and the account will do, before anything runs",
    "doctor": "what has grown wrong; --fix puts right what can be",
    "status": "what is waiting, and what was set aside",
    "retry": "do again what was set aside",
    "rebuild": "read the rooms again and make the index anew from them",
    "migrate": "bring the database to this version",
}
"""Each is a module of `plein_bot.operations`: `main`, and `options` where it has any."""

_NAMED_OTHERWISE = {"check": "checks"}

_WITHOUT_CONFIG = ("demo",)


def main() -> None:
    sys.exit(run(sys.argv[1:]))


def run(line: list[str]) -> int:
    """Do what `line` asks; returns the exit code."""
    try:
        arguments = parser(line).parse_args(line)
        return asyncio.run(_until_stopped(_operation(arguments)))
    except (
        KeyboardInterrupt
    ):  # before anything began, or a second time by who does not want to wait
        return 130
    except Exception as failure:
        known = _module("troubles").sentences(failure)
        for sentence in known:
            sys.stderr.write(f"{sentence}\n")
        if not known:
            logger.critical("Plein made a mistake and stops", exc_info=failure)
        return 1


def parser(line: list[str]) -> argparse.ArgumentParser:
    """Only what `line` asks for is imported: the whole of Plein takes seconds."""
    whole = argparse.ArgumentParser("plein", description="A square on Matrix: Plein.")
    operations = whole.add_subparsers(dest="operation", required=True, metavar="operation")
    for name, help_text in OPERATIONS.items():
        one = operations.add_parser(name, help=help_text, description=f"plein {name}: {help_text}")
        if name not in _WITHOUT_CONFIG:
            one.add_argument(
                "--config", type=Path, default=Path("config.yaml"), help="settings (config.yaml)"
            )
        if name in line and (options := getattr(_module(name), "options", None)):
            options(one)
    return whole


def _module(name: str) -> Any:
    return importlib.import_module(f"plein_bot.operations.{_NAMED_OTHERWISE.get(name, name)}")


async def _operation(arguments: argparse.Namespace) -> int:
    main = _module(arguments.operation).main
    if arguments.operation in _WITHOUT_CONFIG:
        _log("warning")
        work: Coroutine[Any, Any, int] = main(arguments)
    else:
        settings = importlib.import_module("plein_bot.config").load(arguments.config)
        _log(settings.log.level)
        work = main(settings, arguments)
    return await work


def _log(level: str) -> None:
    form = "%(asctime)s %(levelname)s %(name)s: %(message)s"
    logging.basicConfig(level=level.upper(), format=form)


async def _until_stopped(work: Coroutine[Any, Any, int]) -> int:
    """Ctrl-C and SIGTERM let everything close in its order; a second one does not wait for that."""
    loop = asyncio.get_running_loop()
    task = loop.create_task(work)
    stopped = False

    def stop() -> None:
        nonlocal stopped
        stopped = True
        for one in (signal.SIGINT, signal.SIGTERM):
            loop.remove_signal_handler(one)
        task.cancel()

    for one in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(one, stop)
    try:
        return await task
    except asyncio.CancelledError:
        if not stopped:
            raise
        return 0
    finally:
        await _last_words_of_threads()


async def _last_words_of_threads() -> None:
    """The thread of an SQLite file that would not open ends a moment after its error is raised,
    and would complain on standard error that the loop is gone."""
    for thread in threading.enumerate():
        if "_connection_worker_thread" in thread.name:  # so aiosqlite calls its threads
            await asyncio.to_thread(thread.join, 1)
