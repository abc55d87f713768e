"""A private Postfix, before the bridge and behind it, with a mailbox of the citizen's."""

import asyncio
import os
import pwd
import shutil
import signal
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

_MAIN = """\
compatibility_level = 3.6
queue_directory = {folder}/queue
data_directory = {folder}/data
command_directory = /usr/sbin
daemon_directory = /usr/lib/postfix/sbin
meta_directory = /etc/postfix
mail_owner = postfix
setgid_group = postdrop
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
myhostname = mx.buiten.example
mydestination =
mynetworks = 127.0.0.0/8
alias_maps =
local_recipient_maps =
recipient_delimiter =
relay_domains = plein.example
transport_maps = inline:{{ {{ plein.example = lmtp:inet:127.0.0.1:{lmtp} }} }}
virtual_mailbox_domains = buiten.example
virtual_mailbox_base = {folder}/boxes
virtual_mailbox_maps = static:burger/
virtual_uid_maps = static:{nobody}
virtual_gid_maps = static:{nobody}
maillog_file = {folder}/log
maillog_file_prefixes = {folder}
queue_run_delay = 2s
minimal_backoff_time = 1s
maximal_backoff_time = 2s
lmtp_destination_concurrency_failed_cohort_limit = 0
smtpd_client_connection_count_limit = 0
enable_long_queue_ids = yes
"""
_MASTER = """\
127.0.0.1:{port} inet n - n - - smtpd
pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
proxymap unix - - n - - proxymap
smtp unix - - n - - smtp
lmtp unix - - n - - lmtp
relay unix - - n - - smtp
error unix - - n - - error
retry unix - - n - - error
virtual unix - n n - - virtual
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
postlog unix-dgram n - n - 1 postlogd
"""


def missing(*programs: str) -> str | None:
    """Why the tests that need it are skipped; None if they are not."""
    if not Path("/usr/lib/postfix/sbin/master").exists():
        return "Postfix is not installed"
    if os.getuid() != 0:
        return "Postfix starts as root only"
    lacking = [program for program in programs if shutil.which(program) is None]
    return f"not installed: {', '.join(lacking)}" if lacking else None


@dataclass
class Postfix:
    folder: Path
    port: int
    _master: asyncio.subprocess.Process | None = None

    @property
    def box(self) -> Path:
        """The Maildir into which all mail to buiten.example goes."""
        return self.folder / "boxes" / "burger"

    def mails(self) -> list[EmailMessage]:
        """In the order in which they came."""
        found = sorted(self.box.glob("new/*"), key=_came)
        return [message_from_bytes(one.read_bytes(), policy=policy.default) for one in found]

    async def delivered(self, number: int, within: float = 60) -> list[EmailMessage]:
        """Look until there are so many mails: a Maildir has no event to wait for."""
        for _ in range(int(within / 0.05)):
            if len(mails := self.mails()) >= number:
                return mails
            await asyncio.sleep(0.05)
        raise AssertionError(f"{number} mails were to come, {len(self.mails())} came")

    async def start(self) -> None:
        """Also on the folder of one that was killed: its queue is there."""
        self._master = await asyncio.create_subprocess_exec(
            *("/usr/sbin/postfix", "-c", str(self.folder), "start-fg"),
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.DEVNULL,
        )
        await _until_it_answers(self.port, self.folder)

    async def kill(self) -> None:
        """As a power cut does: no daemon of it has time for anything."""
        assert self._master
        # Its daemons are of the group that is called as it is.
        first = int((self.folder / "queue" / "pid" / "master.pid").read_text())
        os.killpg(first, signal.SIGKILL)
        await self._master.wait()
        # What it found in order a moment ago need not be looked at again.
        (self.folder / "queue" / "quick-start").touch()

    async def stop(self) -> None:
        assert self._master
        stop = await asyncio.create_subprocess_exec(
            *("/usr/sbin/postfix", "-c", str(self.folder), "stop"),
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.DEVNULL,
        )
        await stop.wait()
        await self._master.wait()


def _came(path: Path) -> tuple[int, str]:
    return path.stat().st_mtime_ns, path.name


@asynccontextmanager
async def running(port: int, lmtp: int) -> AsyncIterator[Postfix]:
    """It takes mail at `port`, and brings what is for plein.example to the bridge."""
    # Its daemons are other people than we are: they have to get into the folder.
    folder = Path(tempfile.mkdtemp(prefix="postfix-"))
    try:
        _furnish(folder, port, lmtp)
        postfix = Postfix(folder, port)
        try:
            await postfix.start()
            yield postfix
        finally:
            await postfix.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _furnish(folder: Path, port: int, lmtp: int) -> None:
    folder.chmod(0o755)
    nobody, postfix = pwd.getpwnam("nobody").pw_uid, pwd.getpwnam("postfix").pw_uid
    for name, owner in (("queue", 0), ("data", postfix), ("boxes", nobody)):
        (folder / name).mkdir()
        os.chown(folder / name, owner, -1)
    words = {"folder": folder, "lmtp": lmtp, "port": port, "nobody": nobody}
    (folder / "main.cf").write_text(_MAIN.format(**words))
    (folder / "master.cf").write_text(_MASTER.format(**words))


async def _until_it_answers(port: int, folder: Path) -> None:
    log = folder / "log"
    for _ in range(400):
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", port)
        except OSError:
            await asyncio.sleep(0.05)
            continue
        writer.close()
        await writer.wait_closed()
        return
    raise AssertionError(log.read_text()[-2000:] if log.exists() else "Postfix did not start")
