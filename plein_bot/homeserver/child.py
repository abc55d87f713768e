"""Run a Python module as a child that does not outlive its parent, however the parent ends.

Run as a file: `python -P child.py <parent's pid> <module> <arguments…>`, with a pipe from the
parent as standard input. It imports nothing but the standard library: it works from any folder.
"""

import ctypes
import os
import runpy
import signal
import sys
import threading

_PR_SET_PDEATHSIG = 1  # prctl(2)


def die_with_parent(parent: int) -> None:
    if sys.platform == "linux":
        bind_to_parent(parent)
    else:
        watch_parent()


def bind_to_parent(parent: int) -> None:
    """Let the kernel end us with our parent: to be exact, with the thread that started us."""
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL) != 0:
        raise OSError(ctypes.get_errno(), "prctl(PR_SET_PDEATHSIG) was refused")
    # It may have died before we asked, and then no signal ever comes.
    if os.getppid() != parent:
        sys.exit("the parent is gone")


def watch_parent() -> None:
    """End when standard input closes: nobody but our parent holds its other end."""

    def wait_for_end() -> None:
        while os.read(0, 1024):
            pass
        os.kill(os.getpid(), signal.SIGKILL)

    threading.Thread(target=wait_for_end, daemon=True).start()


if __name__ == "__main__":
    _, parent, module, *arguments = sys.argv
    die_with_parent(int(parent))
    sys.argv = [module, *arguments]
    runpy.run_module(module, run_name="__main__", alter_sys=True)
