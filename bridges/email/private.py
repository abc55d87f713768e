"""What in a mail is its writer's alone, and must not be placed with it? Pure.

Below an answer stands what was answered: with links by which its reader leaves a place or says what
they get by mail. Whoever holds such a link is taken for them.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from email.errors import MessageError
from email.message import Message
from email.parser import BytesParser
from urllib.parse import unquote, urlsplit

from bridges.email.addresses import Keys
from bridges.email.attachments import Attachment, content
from bridges.email.charsets import decoded
from bridges.email.letters import Letter

_PURPOSES = ("choose", "leave", "stop", "confirm", "bounce")
_RUN = re.compile(r"""[^\s"'<>()\[\]]+""")
_MARK = re.compile(r"-[a-z2-7]{26}(?![a-z0-9])")
_OF_TOKENS = "abcdefghijklmnopqrstuvwxyz0123456789_-"
_LONGEST = 500
# What each page is for that only one person was mailed: the bridge's, and Plein's at that host.
_PAGES = r"(?:mail/[a-z]+|i/mail|aanmelden|overzicht/(?:af|aan)melden)/[^/?#\s]"
# Stands where something stood until the links are mended; no mail has it (`readable`).
_GONE = "\ue000"
_LINK = re.compile(rf' href="[^"{_GONE}]*{_GONE}[^"]*"')


@dataclass(frozen=True, slots=True)
class Private:
    keys: Keys
    domain: str
    public_url: str

    def without(self, letter: Letter) -> Letter:
        """The mail as others may read it, with `…` for each private link and address of ours."""
        files = [replace(self._file(one), name=self.text(one.name)) for one in letter.attachments]
        return replace(
            letter,
            subject=self.text(letter.subject),
            text=self.text(letter.text),
            html=self.html(letter.html) if letter.html else letter.html,
            attachments=tuple(files),
        )

    def text(self, text: str, instead: str = "…") -> str:
        return self._cut(text).replace(_GONE, instead)

    def html(self, html: str) -> str:
        return _LINK.sub("", self._cut(html)).replace(_GONE, "…")

    def _cut(self, text: str) -> str:
        hosts = {urlsplit(self.public_url).hostname or self.domain, self.domain.lower()}
        lower = text.lower()
        if not _MARK.search(lower) and not any(host in lower for host in hosts):
            return text.replace(_GONE, "")
        names = "|".join(map(re.escape, sorted(hosts)))
        own = rf"[rcbs]\+[a-z0-9_-]{{8,60}}@{re.escape(self.domain.lower())}(?![a-z0-9-])"
        private = re.compile(rf"(?<![a-z0-9-])(?:{names})\.?(?::\d+)?/+{_PAGES}|{own}")

        def cut(found: re.Match[str]) -> str:
            # Mail servers that watch over links write them into links of their own.
            ways, way = [found[0].lower()], unquote(found[0]).lower()
            while way != ways[-1] and len(ways) < 4:
                ways.append(way)
                way = unquote(way)
            gone = any(private.search(one) or self._signed(one) for one in ways)
            return _GONE if gone else found[0]

        return _RUN.sub(cut, text.replace(_GONE, ""))

    def _signed(self, text: str) -> bool:
        """Whether something that we signed stands there: however its link was broken."""
        for mark in _MARK.finditer(text):
            before = text[max(0, mark.start() - _LONGEST) : mark.start()]
            token = before[len(before.rstrip(_OF_TOKENS)) :] + mark[0]
            if any(self.keys.opened(purpose, token) is not None for purpose in _PURPOSES):
                return True
        return False

    def _file(self, file: Attachment) -> Attachment:
        if file.mime == "message/rfc822" or file.name.lower().endswith(".eml"):
            try:
                return replace(file, data=self._mail(file.data))
            except (MessageError, ValueError, LookupError, TypeError, AttributeError):
                pass  # Too broken to be read; so it is a text as others.
        elif not file.mime.startswith("text/"):
            return file
        return replace(file, data=self._bytes(file.data))

    def _bytes(self, data: bytes) -> bytes:
        """Each byte a letter, for a text in any character set that has those of a link."""
        return self.text(data.decode("latin-1"), instead="...").encode("latin-1")

    def _mail(self, data: bytes) -> bytes:
        """A mail in a mail: its headers and texts; as it was where there is nothing."""
        mail = BytesParser().parsebytes(data)
        changed = [self._part(part) for part in mail.walk()]
        return mail.as_bytes() if any(changed) else data

    def _part(self, part: Message) -> bool:
        before = [(name, str(value)) for name, value in part.items()]
        after = [(name, self.text(value, instead="...")) for name, value in before]
        if after != before:
            for name, _ in before:
                del part[name]
            for name, value in after:
                part[name] = value
        return self._body(part) or after != before

    def _body(self, part: Message) -> bool:
        if part.get_content_maintype() != "text" or part.is_multipart():
            return False
        text = decoded(content(part), part.get_content_charset())
        clean: Callable[[str], str] = (
            self.html if part.get_content_subtype() == "html" else self.text
        )
        if _GONE not in self._cut(text):
            return False
        del part["Content-Transfer-Encoding"]
        part.set_payload(clean(text), "utf-8")
        return True
