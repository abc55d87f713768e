"""Jobs that do what a document might make its reader do."""

import ctypes
import os
import socket
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from plein_bot.documents.answers import Answer
from plein_bot.documents.limits import Limits


def eat(data: bytes, options: Mapping[str, Any], limits: Limits) -> Answer:
    hoard = bytearray()
    while True:
        hoard += b"x" * 10_000_000


def turn_round(data: bytes, options: Mapping[str, Any], limits: Limits) -> Answer:
    while True:
        pass


def start_another(data: bytes, options: Mapping[str, Any], limits: Limits) -> Answer:
    """One that goes on by itself; where it is found is written down."""
    endless = subprocess.Popen([sys.executable, "-c", "while True: pass"])
    Path(options["pid"]).write_text(str(endless.pid))
    while True:
        pass


def talk(data: bytes, options: Mapping[str, Any], limits: Limits) -> Answer:
    while True:
        os.write(1, b"bla " * 10_000)


def fall(data: bytes, options: Mapping[str, Any], limits: Limits) -> Answer:
    ctypes.string_at(0)
    raise AssertionError("nobody gets here")


def lie(data: bytes, options: Mapping[str, Any], limits: Limits) -> Answer:
    os.write(1, b'{"facts": {}, "files": [{"name": "a", "mime": "b", "size": 10}]}\nabc')
    os._exit(0)


def look_round(data: bytes, options: Mapping[str, Any], limits: Limits) -> Answer:
    return Answer({"environment": dict(os.environ), "folder": os.getcwd(), "size": len(data)})


def call_home(data: bytes, options: Mapping[str, Any], limits: Limits) -> Answer:
    try:
        socket.create_connection(("127.0.0.1", options["port"]), timeout=10).close()
    except OSError as failure:
        return Answer({"failed": str(failure)})
    return Answer({"reached": True})
