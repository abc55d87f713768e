"""A browser that keeps cookies, fills in forms and follows where it is sent."""

import re
from dataclasses import dataclass, field

from tests.fakes.people import Person
from tests.web.visiting import Page, Visitor

_SEAL = re.compile(r'name="seal" value="([^"]+)"')


@dataclass
class Browser:
    visitor: Visitor
    cookies: dict[str, str] = field(default_factory=dict)

    async def opens(self, path: str) -> Page:
        return self._kept(await self.visitor.sees(path, **self._cookies))

    async def reads(self, path: str) -> str:
        page = await self.opens(path)
        assert page.status == 200, (path, page.status, page.text[:2000])
        return page.text

    async def sends(self, path: str, fields: dict[str, str], **headers: str) -> Page:
        url = f"{self.visitor.address}{path}"
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        async with self.visitor.http.post(
            url, data=fields, headers={**self._cookies, **named}, allow_redirects=False
        ) as response:
            body = await response.read()
            return self._kept(Page(response.status, response.headers, body))

    async def signs_in(self, path: str, **fields: str) -> Page:
        """Open a link and press its button."""
        return await self.sends(path, {"seal": seal_in(await self.reads(path)), **fields})

    @property
    def _cookies(self) -> dict[str, str]:
        said = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        return {"Cookie": said} if said else {}

    def _kept(self, page: Page) -> Page:
        for header in page.headers.getall("Set-Cookie", []):
            name, _, value = header.partition(";")[0].partition("=")
            if value.strip('"'):
                self.cookies[name] = value
            else:
                self.cookies.pop(name, None)
        return page


def seal_in(text: str) -> str:
    """That of the form in the page; the one to sign out by stands above it."""
    found = _SEAL.findall(text)
    assert found, text
    return str(found[-1])


async def link_for(person: Person) -> str:
    """The path of a link that Plein gives somebody to sign in with."""
    found = re.search(r"https://plein\.test(/aanmelden/\S+)", await person.asks("web"))
    assert found
    return found[1]


async def inside(visitor: Visitor, person: Person) -> Browser:
    """A browser in which somebody is signed in."""
    browser = Browser(visitor)
    page = await browser.signs_in(await link_for(person))
    assert (page.status, page.headers["Location"]) == (303, "/")
    return browser
