"""What a child that reads a document may use."""

import ctypes
import os
import resource
import signal
import sys
from dataclasses import dataclass

_PR_SET_PDEATHSIG = 1  # prctl(2)
_CLONE_NEWUSER, _CLONE_NEWNET = 0x10000000, 0x40000000  # unshare(2)


@dataclass(frozen=True, slots=True)
class Limits:
    """`memory` and `output` are bytes, `seconds` are of the clock and of the processor alike.

    A report of 500 pages with pictures takes 330 MB and 8 seconds (docs/documents.md).
    """

    memory: int = 512 * 1024 * 1024
    seconds: int = 60
    output: int = 48 * 1024 * 1024


LIMITS = Limits()


def confine(limits: Limits, parent: int) -> None:
    """Give up, for this process and all that it starts, what reading a document does not need.

    `parent` is the process that started it, without which it ends.
    """
    die_with(parent)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    # One second more than the parent waits, which can tell the time; this is for when it is gone.
    resource.setrlimit(resource.RLIMIT_CPU, (limits.seconds + 1, limits.seconds + 1))
    # Of one file; what is written in all, the parent counts.
    resource.setrlimit(resource.RLIMIT_FSIZE, (limits.output, limits.output))
    # Where a program reserves more addresses than it will ever use, RLIMIT_AS says nothing of
    # memory. macOS takes no notice of either.
    resource.setrlimit(resource.RLIMIT_DATA, (limits.memory, limits.memory))
    leave_network()


def leave_network() -> bool:
    """Go where there is no network, not even this machine's own; False where it is not allowed."""
    if sys.platform != "linux":
        return False
    libc = ctypes.CDLL(None, use_errno=True)
    # Without privileges it takes a user namespace, which some machines refuse.
    return any(
        libc.unshare(flags) == 0 for flags in (_CLONE_NEWNET, _CLONE_NEWUSER | _CLONE_NEWNET)
    )


def die_with(parent: int) -> None:
    if sys.platform != "linux":
        return
    ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    # It may have died before we asked, and then no signal ever comes. In a container it may well
    # be number 1, so that the number alone says nothing.
    if os.getppid() != parent:
        os._exit(1)
