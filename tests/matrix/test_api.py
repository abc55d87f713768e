"""What may pass is waited out, what is final is told."""

import asyncio
from collections.abc import AsyncIterator
from email.utils import formatdate

import pytest
from aiohttp import web

from plein_bot.actions.ports import HomeserverError, TokenRevoked
from plein_bot.matrix.api import Api, AuthenticationNeeded, path
from plein_bot.matrix.outages import Outage, Unanswered
from tests.matrix.fake_server import FakeClock, FakeServer, broken, error, fake_server, well

HOUR = 3600.0
ROOM = "!room/with?signs:plein.test"


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
async def server() -> AsyncIterator[FakeServer]:
    async with fake_server() as fake:
        yield fake


@pytest.fixture
async def api(server: FakeServer, clock: FakeClock) -> AsyncIterator[Api]:
    async with Api(server.url, "secret", clock=clock, sleep=clock.sleep) as api:
        yield api


async def test_segments_of_a_path_arrive_as_they_were(api: Api, server: FakeServer) -> None:
    await api.call("PUT", path("v3/rooms/{}/state/{}/{}", ROOM, "nl.plein.x", "a b/%2F"))

    (request,) = server.requests
    assert request.rel_url.raw_path == (
        "/_matrix/client/v3/rooms/%21room%2Fwith%3Fsigns%3Aplein.test/state/nl.plein.x/a%20b%2F%252F"
    )
    assert request.headers["Authorization"] == "Bearer secret"


async def test_an_admin_call_carries_its_own_token(api: Api, server: FakeServer) -> None:
    await api.call("GET", "/_synapse/admin/v2/users", query={"name": "é&"}, token="other")

    (request,) = server.requests
    assert request.path == "/_synapse/admin/v2/users"
    assert request.query["name"] == "é&"
    assert request.headers["Authorization"] == "Bearer other"


async def test_an_hour_of_failure_costs_fewer_than_a_hundred_requests(
    api: Api, server: FakeServer, clock: FakeClock
) -> None:
    async def broken_for_an_hour(request: web.BaseRequest) -> web.StreamResponse:
        return await (broken if clock.now < HOUR else well)(request)

    server.answer = broken_for_an_hour
    answers = await asyncio.gather(*(api.call("GET", f"v3/{n}") for n in range(20)))

    assert answers == [{"well": True}] * 20
    assert clock.now >= HOUR
    assert max(clock.slept) < 70
    assert api.counts["unanswered"] < 100
    assert api.counts["answered"] == 20


async def test_callers_who_fail_together_have_failed_once(clock: FakeClock) -> None:
    outage = Outage(clock, clock.sleep)
    together = asyncio.Barrier(20)

    async def fail_together() -> None:
        await together.wait()
        raise Unanswered("down")

    async def succeed() -> None:
        pass

    await asyncio.gather(
        *(outage.through(fail_together) for _ in range(20)), return_exceptions=True
    )
    await outage.through(succeed)
    assert [round(seconds) for seconds in clock.slept] == [1]


async def test_the_first_answer_releases_all_who_wait(
    api: Api, server: FakeServer, clock: FakeClock
) -> None:
    inside = 0
    crowd = asyncio.Event()

    async def answer(request: web.BaseRequest) -> web.StreamResponse:
        nonlocal inside
        if len(server.requests) <= 10:
            return await broken(request)
        inside += 1
        if inside == 1:  # the one that was let through to see
            return await well(request)
        if inside == 10:
            crowd.set()
        await crowd.wait()  # only if the other nine come together can any of them go on
        return await well(request)

    server.answer = answer
    async with asyncio.timeout(60):
        await asyncio.gather(*(api.call("GET", f"v3/{n}") for n in range(10)))
    assert api.outage is None


async def test_an_outage_can_be_seen_while_it_lasts(
    api: Api, server: FakeServer, clock: FakeClock
) -> None:
    clock.now = 17.0
    seen: list[tuple[float | None, str]] = []

    async def twice_broken(request: web.BaseRequest) -> web.StreamResponse:
        seen.append((api.outage, api.outage_reason))
        return await (broken if len(seen) < 3 else well)(request)

    server.answer = twice_broken
    await api.call("GET", "v3/account/whoami")

    reason = "GET v3/account/whoami: 500 Internal Server Error"
    assert seen == [(None, ""), (17.0, reason), (17.0, reason)]
    assert api.outage is None
    assert api.counts == {"unanswered": 2, "answered": 1}


async def test_a_page_from_a_proxy_is_waited_out(
    api: Api, server: FakeServer, clock: FakeClock
) -> None:
    pages = [
        web.Response(status=502, text="<html>Bad Gateway</html>", content_type="text/html"),
        web.Response(status=200, text="<html>We are moving</html>", content_type="text/html"),
        web.Response(status=200, text='{"half', content_type="application/json"),
        web.Response(status=302, headers={"Location": "/sorry"}),
        web.Response(status=503, headers={"Retry-After": "40"}),
    ]

    async def answer(request: web.BaseRequest) -> web.StreamResponse:
        return pages.pop(0) if pages else await well(request)

    server.answer = answer
    assert await api.call("GET", "v3/sync") == {"well": True}
    assert len(server.requests) == 6
    assert clock.slept[-1] >= 40


async def test_a_connection_that_breaks_in_the_middle_is_made_again(
    api: Api, server: FakeServer
) -> None:
    async def answer(request: web.BaseRequest) -> web.StreamResponse:
        if len(server.requests) > 2:
            return await well(request)
        response = web.StreamResponse(headers={"Content-Length": "1000"})
        await response.prepare(request)
        await response.write(b'{"well": ')
        assert request.transport is not None
        request.transport.close()
        return response

    server.answer = answer
    assert await api.call("PUT", "v3/rooms/x") == {"well": True}
    assert len(server.requests) == 3


async def test_nobody_listening_is_waited_out(clock: FakeClock) -> None:
    async with fake_server() as server:
        gone = server.url
    tired = asyncio.Event()

    async def sleep(seconds: float) -> None:
        await clock.sleep(seconds)
        if len(clock.slept) == 10:
            tired.set()

    async with Api(gone, "secret", clock=clock, sleep=sleep) as api:
        call = asyncio.create_task(api.call("GET", "v3/sync"))
        await tired.wait()
        assert "Connect" in api.outage_reason
        call.cancel()
        with pytest.raises(asyncio.CancelledError):
            await call


async def test_a_request_that_hangs_is_sent_again(api: Api, server: FakeServer) -> None:
    async def answer(request: web.BaseRequest) -> web.StreamResponse:
        if len(server.requests) == 1:
            await asyncio.Event().wait()
        return await well(request)

    server.answer = answer
    assert await api.call("GET", "v3/sync", timeout=0.2) == {"well": True}


async def test_a_long_poll_does_not_linger_while_the_line_waits(
    api: Api, server: FakeServer
) -> None:
    async def answer(request: web.BaseRequest) -> web.StreamResponse:
        return await (broken if len(server.requests) == 1 else well)(request)

    server.answer = answer
    await api.call("GET", "v3/sync", query={"timeout": "30000", "since": "s1"})
    await api.call("GET", "v3/sync", query={"timeout": "30000", "since": "s2"})

    assert [request.query["timeout"] for request in server.requests] == ["30000", "0", "30000"]


@pytest.mark.parametrize(
    ("headers", "body", "wait"),
    [
        ({}, {"retry_after_ms": 7500}, 7.5),
        ({"Retry-After": "9"}, {"retry_after_ms": 7500}, 9),
        ({"Retry-After": formatdate(4e9, usegmt=True)}, {}, 2e9),
        ({}, {}, 0.9),
    ],
)
async def test_a_limit_is_kept_for_as_long_as_the_server_asks(
    api: Api,
    server: FakeServer,
    clock: FakeClock,
    headers: dict[str, str],
    body: dict[str, int],
    wait: float,
) -> None:
    async def answer(request: web.BaseRequest) -> web.StreamResponse:
        if len(server.requests) > 1:
            return await well(request)
        limited = error(429, "M_LIMIT_EXCEEDED", **body)
        limited.headers.update(headers)
        return limited

    server.answer = answer
    await api.call("POST", "v3/createRoom")
    assert clock.now >= wait
    assert api.outage is None


async def test_a_limit_holds_for_its_own_endpoint_only(api: Api, server: FakeServer) -> None:
    """All invitations stand in one line, whatever the room; a message passes them by."""
    let_go = asyncio.Event()
    limited = asyncio.Event()

    async def patiently(_: float) -> None:
        limited.set()
        await let_go.wait()

    async def answer(request: web.BaseRequest) -> web.StreamResponse:
        if request.path.endswith("/invite") and not let_go.is_set():
            return error(429, "M_LIMIT_EXCEEDED", retry_after_ms=60_000)
        return await well(request)

    server.answer = answer
    async with Api(server.url, "secret", clock=lambda: 0.0, sleep=patiently) as api:
        invite = path("v3/rooms/{}/invite", "!a:plein.test")
        first = asyncio.create_task(api.call("POST", invite))
        await limited.wait()
        others = [
            asyncio.create_task(api.call("POST", path("v3/rooms/{}/invite", f"!{n}:plein.test")))
            for n in range(5)
        ]
        await api.call("PUT", path("v3/rooms/{}/send/m.room.message/1", "!a:plein.test"))
        assert server.asked_for("/invite") == 1

        let_go.set()
        await asyncio.gather(first, *others)
    assert server.asked_for("/invite") == 1 + 6


async def test_one_request_that_always_fails_is_given_up_while_others_succeed(
    api: Api, server: FakeServer
) -> None:
    async def answer(request: web.BaseRequest) -> web.StreamResponse:
        return await (broken if request.path.endswith("poison") else well)(request)

    async def others() -> None:
        while True:
            await api.call("GET", "v3/harmless")

    server.answer = answer
    busy = asyncio.create_task(others())
    with pytest.raises(HomeserverError, match="500"):
        await api.call("GET", "v3/poison")
    assert server.asked_for("poison") <= 10
    busy.cancel()
    with pytest.raises(asyncio.CancelledError):
        await busy


async def test_another_server_that_is_away_is_no_outage_of_ours(
    api: Api, server: FakeServer, clock: FakeClock
) -> None:
    async def answer(request: web.BaseRequest) -> web.StreamResponse:
        assert api.outage is None
        return error(502, "M_UNKNOWN")

    server.answer = answer
    with pytest.raises(HomeserverError, match="502"):
        await api.call("POST", path("v3/join/{}", "#far:away.test"))
    assert len(server.requests) == 6
    assert 20 < clock.now < 60


@pytest.mark.parametrize("status", [400, 403, 404, 413])
async def test_a_refusal_is_told_at_once(api: Api, server: FakeServer, status: int) -> None:
    async def answer(_: web.BaseRequest) -> web.StreamResponse:
        return error(status, "M_NO")

    server.answer = answer
    with pytest.raises(HomeserverError, match="M_NO: because") as caught:
        await api.call("POST", "v3/createRoom")
    assert (caught.value.code, caught.value.status) == ("M_NO", status)
    assert len(server.requests) == 1


async def test_a_refusal_by_a_proxy_is_told_too(api: Api, server: FakeServer) -> None:
    async def answer(_: web.BaseRequest) -> web.StreamResponse:
        return web.Response(status=413, text="<html>too large</html>", content_type="text/html")

    server.answer = answer
    with pytest.raises(HomeserverError, match="413 Request Entity Too Large"):
        await api.upload("mxc://plein.test/abc", b"x", "text/plain", "x.txt")


async def test_a_revoked_token_is_told_apart_unless_it_was_anothers(
    api: Api, server: FakeServer
) -> None:
    async def answer(_: web.BaseRequest) -> web.StreamResponse:
        return error(401, "M_UNKNOWN_TOKEN")

    server.answer = answer
    with pytest.raises(TokenRevoked):
        await api.call("GET", "v3/sync")
    with pytest.raises(HomeserverError) as caught:
        await api.call("GET", "/_synapse/admin/v2/users", token="admin")
    assert type(caught.value) is HomeserverError


async def test_a_demand_for_more_proof_names_the_ways(api: Api, server: FakeServer) -> None:
    async def answer(_: web.BaseRequest) -> web.StreamResponse:
        flows = [{"stages": ["m.login.password"]}]
        return web.json_response({"session": "abc", "flows": flows, "params": {}}, status=401)

    server.answer = answer
    with pytest.raises(AuthenticationNeeded) as caught:
        await api.call("POST", "v3/keys/device_signing/upload")
    assert (caught.value.session, caught.value.flows) == ("abc", [["m.login.password"]])


async def test_a_file_goes_up_and_comes_down(api: Api, server: FakeServer) -> None:
    async def answer(request: web.BaseRequest) -> web.StreamResponse:
        if request.method == "POST":
            return web.json_response({"content_uri": "mxc://plein.test/abc"})
        if request.method == "PUT":
            assert (await request.read(), request.query["filename"]) == (b"\x00file", "Foto’s.bin")
            return web.json_response({})
        return web.Response(body=b"\x00file", content_type="application/octet-stream")

    server.answer = answer
    mxc = await api.media_address()
    await api.upload(mxc, b"\x00file", "application/octet-stream", "Foto’s.bin")
    assert server.requests[-1].path == "/_matrix/media/v3/upload/plein.test/abc"
    assert await api.download(mxc, limit=5) == b"\x00file"
    assert server.requests[-1].path == "/_matrix/client/v1/media/download/plein.test/abc"
    with pytest.raises(HomeserverError, match="M_TOO_LARGE"):
        await api.download(mxc, limit=4)


@pytest.mark.parametrize("told", [True, False], ids=["says its size", "does not"])
async def test_a_file_that_is_far_too_large_is_not_fetched_to_its_end(
    api: Api, server: FakeServer, told: bool
) -> None:
    sent = 0

    async def endless(request: web.BaseRequest) -> web.StreamResponse:
        nonlocal sent
        response = web.StreamResponse()
        if told:
            response.content_length = 500_000_000
        await response.prepare(request)
        while sent < 500_000_000:
            await response.write(b"x" * 100_000)
            sent += 100_000
        return response

    server.answer = endless
    with pytest.raises(HomeserverError, match="M_TOO_LARGE"):
        await api.download("mxc://plein.test/abc", limit=1_000_000)

    # What stands in the buffers of both sides is all that came beside it.
    assert sent < 50_000_000


@pytest.mark.parametrize("url", ["", "plein.test", "ftp://plein.test", "https://"])
def test_what_is_no_address_is_refused_at_once(url: str) -> None:
    with pytest.raises(ValueError, match="not the address"):
        Api(url, "secret")
