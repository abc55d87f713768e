"""Pandoc, which reads what offices write: as a program of its own, in a sandbox of its own.

Its documents are trees in JSON: `{"t": kind, "c": content}` (the pandoc-types of Text.Pandoc).
"""

import json
import subprocess
from pathlib import Path
from typing import Any

from pypandoc import get_pandoc_path

from plein_bot.documents.answers import Reason
from plein_bot.documents.jobs import Unreadable
from plein_bot.documents.limits import Limits

Tree = dict[str, Any]

_HEAP_EXHAUSTED = 251  # GHC's runtime system
_MEDIA = Path("media-of-the-document")


def read(source: Path, form: str, limits: Limits) -> tuple[Tree, dict[str, Path]]:
    """A document as a tree, and its pictures by the names that the tree gives them."""
    out = Path("tree.json")
    _run(["--from", form, "--to", "json", f"--extract-media={_MEDIA}"], source, out, limits)
    found = {path.as_posix(): path for path in _MEDIA.rglob("*") if path.is_file()}
    return json.loads(out.read_bytes()), found


def written(tree: Tree, form: str, limits: Limits) -> str:
    source, out = Path("source.json"), Path("written")
    source.write_text(json.dumps(tree))
    _run(["--from", "json", "--to", form, "--wrap=none"], source, out, limits)
    return out.read_text(encoding="utf-8")


def _run(options: list[str], source: Path, out: Path, limits: Limits) -> None:
    heap = f"-M{limits.memory * 7 // 10}"  # bytes; the rest is for what is no heap
    program = [get_pandoc_path(), "--sandbox", "--quiet", *options]
    program += [f"--output={out}", str(source), "+RTS", heap, "-RTS"]
    ended = subprocess.run(program, capture_output=True, check=False)
    if ended.returncode == 0:
        return
    if ended.returncode == _HEAP_EXHAUSTED or b"memory" in ended.stderr.lower():
        raise Unreadable(Reason.TOO_LARGE)
    raise Unreadable(Reason.BROKEN)
