"""The pages that mails lead to: confirming, leaving a place, and what one gets by mail.

Looking changes nothing, for mail scanners look at every link. A button POSTs; so does the mail
program of somebody who presses its own “unsubscribe” (RFC 8058).
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from html import escape

from aiohttp import web

from bridges.common.words import Sentence, in_words, say
from bridges.email.addresses import Keys
from bridges.email.choices import Ways, named
from bridges.email.confirming import Confirming
from bridges.email.daily import STOP
from bridges.email.ghosts import Ghosts
from bridges.email.store import people
from bridges.email.store.database import Store
from bridges.email.store.letters import LetterState
from bridges.email.store.people import Choice, Person, Room

_HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'",
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex",
    "X-Content-Type-Options": "nosniff",
}
_STYLE = (
    "body{font:1.125rem/1.5 sans-serif;max-width:36rem;margin:3rem auto;padding:0 1rem}"
    "fieldset{border:0;padding:0;margin:0 0 1.5rem}label{display:block;padding:.3rem 0}"
    "button{font:inherit;padding:.6rem 1.2rem}:root{color-scheme:light dark}"
    "body{background:#fff;color:#1b2733}a{color:#0b4f9e}"
    "@media(prefers-color-scheme:dark){body{background:#11161c;color:#e8edf2}a{color:#9cc4ff}}"
)


@dataclass(frozen=True, slots=True)
class Pages:
    store: Store
    ghosts: Ghosts
    confirming: Confirming
    keys: Keys
    ways: Ways
    server_name: str
    language: str
    wake: Callable[[], None]

    def routes(self) -> list[web.RouteDef]:
        return [
            web.get("/mail/confirm/{token}", self._ask),
            web.post("/mail/confirm/{token}", self._confirm),
            web.get("/mail/leave/{token}", self._offer_to_leave),
            web.post("/mail/leave/{token}", self._leave),
            web.get("/mail/stop/{token}", self._offer_to_stop),
            web.post("/mail/stop/{token}", self._stop),
            web.get("/mail/choose/{token}", self._offer_to_choose),
            web.post("/mail/choose/{token}", self._choose),
        ]

    async def _ask(self, request: web.Request) -> web.Response:
        stored = await self.confirming.asked(request.match_info["token"])
        if stored is None or stored.state is not LetterState.UNCONFIRMED:
            return self._over()
        return self._page(
            say("Was this message yours?"),
            say("Press the button and it is placed. Everybody who can read there reads it."),
            button=say("Yes, place my message"),
        )

    async def _confirm(self, request: web.Request) -> web.Response:
        if not await self.confirming.confirm(request.match_info["token"]):
            return self._over()
        self.wake()
        return self._page(
            say("Thank you"),
            say("Your message is on its way. What others say there comes to you by e-mail."),
        )

    async def _offer_to_leave(self, request: web.Request) -> web.Response:
        found = await self._leaving(request)
        if found is None:
            return self._over()
        person, room = found
        return self._page(
            say("Take part no more?"),
            say(
                "You then get no more mail from {place}, and are no member of it.", place=room.name
            ),
            button=say("Leave {place}", place=room.name),
            language=person.language,
        )

    async def _leave(self, request: web.Request) -> web.Response:
        found = await self._leaving(request)
        if found is None:
            return self._over()
        person, room = found
        await self.ghosts.leaves(person.user_id, room.room_id)
        return self._page(
            say("You have left {place}", place=room.name),
            say("You get no more mail from it."),
            link=self._way_back(person, say("Choose what you get by mail")),
            language=person.language,
        )

    async def _leaving(self, request: web.Request) -> tuple[Person, Room] | None:
        parts = self.keys.linked("leave", request.match_info["token"])
        if parts is None:
            return None
        user_id, room_id = parts
        async with self.store.session() as session:
            person = await people.by_id(session, user_id)
            room = await people.room(session, room_id)
        return (person, room) if person and room else None

    async def _offer_to_stop(self, request: web.Request) -> web.Response:
        person = await self._stopping(request)
        if person is None:
            return self._over()
        if person.choice is Choice.NONE:
            return self._stopped(person)
        return self._page(
            say("No more mail at all?"),
            say("You stay where you take part, and can write there. Nothing is mailed to you."),
            button=say("Stop the mail"),
            language=person.language,
        )

    async def _stop(self, request: web.Request) -> web.Response:
        person = await self._stopping(request)
        if person is None:
            return self._over()
        async with self.store.session() as session:
            await people.choose(session, person.user_id, Choice.NONE)
        return self._stopped(person)

    def _stopped(self, person: Person) -> web.Response:
        return self._page(
            say("You get no more mail"),
            say("You stay where you take part, and can write there. Nothing is mailed to you."),
            link=self._way_back(person, say("Get mail again")),
            language=person.language,
        )

    async def _stopping(self, request: web.Request) -> Person | None:
        parts = self.keys.linked(STOP, request.match_info["token"])
        if parts is None:
            return None
        async with self.store.session() as session:
            return await people.by_id(session, parts[0])

    async def _offer_to_choose(self, request: web.Request) -> web.Response:
        person = await self._choosing(request)
        return self._over() if person is None else self._choices(person)

    def _choices(self, person: Person, wrong: Sentence | None = None) -> web.Response:
        if person.paused:
            text = say("Mail to you came back, so none is sent now. Choose, and it is again.")
        else:
            text = say("It counts for all places in which you take part by e-mail.")
        return self._page(
            say("What do you want by mail?"),
            text,
            fields=_fields(person, wrong),
            button=say("Keep"),
            language=person.language,
            status=422 if wrong else 200,
        )

    async def _choose(self, request: web.Request) -> web.Response:
        person = await self._choosing(request)
        if person is None:
            return self._over()
        form = await request.post()
        edits = form.get("edits") == "yes"
        try:
            choice = Choice(str(form.get("choice")))
        except ValueError:
            wrong = say("Nothing is changed yet: choose one of these.")
            return self._choices(replace(person, edits=edits), wrong)
        async with self.store.session() as session:
            await people.choose(session, person.user_id, choice, edits)
            if form.get("renew") == "yes":
                await people.renew(session, person.user_id)
            now = await people.by_id(session, person.user_id) or person
        return self._page(
            say("It is kept"),
            say("What you get by mail: {choice}.", choice=named(choice)),
            link=(say("Change it"), self.ways.page(now.user_id, now.renewed)),
            language=person.language,
        )

    async def _choosing(self, request: web.Request) -> Person | None:
        chooser = self.ways.chooser(request.match_info["token"])
        if chooser is None:
            return None
        localpart, renewed = chooser
        async with self.store.session() as session:
            person = await people.by_id(session, f"@{localpart}:{self.server_name}")
        return person if person and person.renewed == renewed else None

    def _way_back(self, person: Person, words: Sentence) -> tuple[Sentence, str] | None:
        """To the page of choices. Not for who renewed that link: whoever has an older mail of
        theirs would get it here."""
        return None if person.renewed else (words, self.ways.page(person.user_id))

    def _over(self) -> web.Response:
        """One page for what was never, is over, or was done already: guessing tells nothing."""
        return self._page(
            say("This link does nothing (any more)"),
            say("It was used, it is too old, or it is not complete. You need not do anything."),
            status=404,
        )

    def _page(
        self,
        title: Sentence,
        text: Sentence,
        *,
        fields: str = "",
        button: Sentence | None = None,
        link: tuple[Sentence, str] | None = None,
        language: str | None = None,
        status: int = 200,
    ) -> web.Response:
        spoken = language or self.language

        def words(sentence: Sentence) -> str:
            return escape(in_words(sentence, spoken))

        form = f"<button>{words(button)}</button>" if button else ""
        form = f'<form method="post">{fields}{form}</form>' if form else ""
        if link:
            form += f'<p><a href="{escape(link[1])}">{words(link[0])}</a></p>'
        page = (
            f'<!doctype html><html lang="{spoken}"><head><meta charset="utf-8">'
            '<meta name="viewport" content="width=device-width"><meta name="robots" '
            f'content="noindex"><title>{words(title)} · Plein</title><style>{_STYLE}</style></head>'
            f"<body><main><h1>{words(title)}</h1><p>{words(text)}</p>{form}</main></body></html>"
        )
        return web.Response(text=page, content_type="text/html", status=status, headers=_HEADERS)


def _fields(person: Person, wrong: Sentence | None) -> str:
    def words(sentence: Sentence) -> str:
        return escape(in_words(sentence, person.language))

    choices = "".join(
        f'<label><input type="radio" name="choice" value="{one.value}"'
        f"{' checked' if one is person.choice else ''}> {words(named(one))}</label>"
        for one in Choice
    )
    tied = ' aria-describedby="wrong"' if wrong else ""
    told = f'<p id="wrong" role="alert">{words(wrong)}</p>' if wrong else ""
    renew = words(say("Others may have my link: make the one in earlier mails useless"))
    edits = words(say("Also mail me when a message is changed afterwards"))
    return (
        f"<fieldset{tied}><legend>{words(say('What you get'))}</legend>{told}{choices}</fieldset>"
        f'<fieldset><label><input type="checkbox" name="edits" value="yes"'
        f"{' checked' if person.edits else ''}> {edits}</label>"
        f'<label><input type="checkbox" name="renew" value="yes"> {renew}</label></fieldset>'
    )
