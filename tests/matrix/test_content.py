import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plein_bot.domain.ids import EventId, UserId
from plein_bot.matrix.content import fits, message, notice, notices, to_html

JAN = UserId("@jan:plein.test")
PLEIN = UserId("@plein:plein.test")
PILL = '<a href="https://matrix.to/#/@jan:plein.test">Jan de Vries</a>'


def said(body: str, **more: Any) -> dict[str, Any]:
    return {"msgtype": "m.text", "body": body, **more}


def test_a_notice_is_said_in_html_and_plain_and_mentions_nobody() -> None:
    assert notice("**Klaar.** Type `groep nieuw`.") == {
        "msgtype": "m.notice",
        "body": "Klaar. Type `groep nieuw`.",
        "format": "org.matrix.custom.html",
        "formatted_body": "<strong>Klaar.</strong> Type <code>groep nieuw</code>.",
        "m.mentions": {},
    }


def test_a_reply_keeps_the_relation_that_it_stands_in() -> None:
    thread = {"rel_type": "m.thread", "event_id": "$root"}

    content = notice("Ja", reply_to=EventId("$asked"), extra={"m.relates_to": thread, "nl.x": 1})

    assert content["m.relates_to"] == {**thread, "m.in_reply_to": {"event_id": "$asked"}}
    assert content["nl.x"] == 1
    assert thread == {"rel_type": "m.thread", "event_id": "$root"}


@pytest.mark.parametrize(
    ("markdown", "html"),
    [
        ("<script>alert(1)</script>", "&lt;script&gt;alert(1)&lt;/script&gt;"),
        ("<img src=x onerror=y>", "&lt;img src=x onerror=y&gt;"),
        ("[x](javascript:alert)", "[x](javascript:alert)"),
        ("[x](/here)", "<a>x</a>"),
        ("[x](//there.test)", "<a>x</a>"),
        ("[x](https://there.test)", '<a href="https://there.test">x</a>'),
        ("![x](https://there.test/pixel.png)", "x"),
        ("![x](mxc://plein.test/a)", '<img src="mxc://plein.test/a" alt="x">'),
        ("![x](image:1) [y](mxc://plein.test/a)", "x <a>y</a>"),
        ("a\nb", "a<br>\nb"),
        ("a\n\nb", "<p>a</p>\n<p>b</p>"),
        ("4. a", '<ol start="4">\n<li>a</li>\n</ol>'),
        ("``` x y\na\n```", '<pre><code class="language-x">a\n</code></pre>'),
    ],
)
def test_html_is_only_what_clients_show(markdown: str, html: str) -> None:
    assert to_html(markdown) == html


@given(st.text())
def test_any_markdown_becomes_html_without_scripts(markdown: str) -> None:
    html = to_html(markdown.encode(errors="replace").decode())

    assert "<script" not in html
    assert "<img" not in html
    assert 'href="javascript:' not in html.lower()


def test_a_lone_surrogate_does_not_stop_a_notice() -> None:
    assert fits(notice("x\ud800"))


def test_an_event_fits_until_the_homeserver_would_refuse_it() -> None:
    content = notice("a" * 25_000)

    assert fits(content)
    assert not fits(content, encrypted=True)
    assert not fits(notice("é" * 25_000))


def test_what_fits_is_one_notice() -> None:
    assert notices("Klaar.", reply_to=EventId("$a")) == [notice("Klaar.", reply_to=EventId("$a"))]


@pytest.mark.parametrize("encrypted", [False, True])
@pytest.mark.parametrize(
    ("piece", "between"),
    [
        ("Een alinea met **woorden** en\nregels.", "\n\n"),
        ("- een regel\\*\n  en meer", "\n"),
        ("woord", " "),
        ("\\*&amp;", ""),
        ("x", ""),
        ("é", "\\\n"),
    ],
)
def test_a_long_text_is_cut_between_its_parts_and_loses_nothing(
    piece: str, between: str, encrypted: bool
) -> None:
    markdown = between.join([piece] * (70_000 // len(piece + between)))

    parts = notices(markdown, reply_to=EventId("$a"), extra={"k": "v"}, encrypted=encrypted)

    assert len(parts) > 1
    assert all(fits(part, encrypted=encrypted) and part["k"] == "v" for part in parts)
    assert ["m.relates_to" in part for part in parts] == [True] + [False] * (len(parts) - 1)
    whole = notice(markdown)["body"].split()
    cut = " ".join(part["body"] for part in parts).split()
    assert cut == whole or "".join(cut) == "".join(whole)


def test_long_code_stays_code_in_every_part() -> None:
    parts = notices("Kijk:\n\n```python\n" + "a = '*b*'\n" * 6_000 + "```\n\nEinde.")

    assert len(parts) > 1
    assert all('<code class="language-python">' in part["formatted_body"] for part in parts)
    assert sum(part["body"].count("a = '*b*'") for part in parts) == 6_000


def test_no_text_fits_beside_too_much_else() -> None:
    with pytest.raises(ValueError, match="room"):
        notices("a" * 5_000, extra={"k": "v" * 60_000})


@pytest.mark.parametrize(
    "piece", ["*a ", "[", "`a", "> ", "_a*", "- ", "<a", "&", "|a", "](", "\\"]
)
def test_a_hostile_text_is_made_into_notices_in_good_time(piece: str) -> None:
    started = time.process_time()

    parts = notices(piece * (60_000 // len(piece)))

    assert all(map(fits, parts))
    assert time.process_time() - started < 20


def test_a_message_is_read_as_typed() -> None:
    read = message(said("Hallo *daar*"))

    assert read is not None
    assert (read.text, read.with_ids) == ("Hallo *daar*", "Hallo *daar*")
    assert (read.pills, read.mentions, read.reply_to, read.edits) == ((), (), None, None)


@pytest.mark.parametrize(
    "content",
    [{}, {"body": 1}, {"body": None}, {"m.new_content": {"body": "x"}}],
)
def test_what_holds_no_text(content: dict[str, Any]) -> None:
    assert message(content) is None


REPLY = {"m.relates_to": {"m.in_reply_to": {"event_id": "$asked"}}}


@pytest.mark.parametrize(
    "body",
    [
        "> <@jan:plein.test> Wat?\n> En\n>\n> hoe?\n\nZo.",
        "> * <@jan:plein.test> zwaait\n\nZo.",
        "Zo.",
    ],
)
def test_the_fallback_of_a_reply_is_not_read(body: str) -> None:
    read = message(said(body, **REPLY))

    assert read is not None
    assert read.text == "Zo."
    assert read.reply_to == "$asked"


def test_a_quotation_on_purpose_is_read() -> None:
    quotation = "> zei men\n\nMaar nee."

    for content in (said(quotation), said(quotation, **REPLY)):
        read = message(content)
        assert read is not None
        assert read.text == quotation


def test_the_new_text_of_an_edit_is_read() -> None:
    content = said(
        " * deelnemen x",
        **{
            "m.new_content": said("deelnemen zaan", formatted_body=PILL),
            "m.relates_to": {"rel_type": "m.replace", "event_id": "$first"},
        },
    )

    read = message(content)

    assert read is not None
    assert (read.text, read.edits, read.pills) == ("deelnemen zaan", "$first", (JAN,))


def test_an_edit_without_new_text_holds_no_text() -> None:
    relation = {"rel_type": "m.replace", "event_id": "$first"}

    assert message(said(" * x", **{"m.relates_to": relation})) is None


@pytest.mark.parametrize(("falling_back", "reply_to"), [(True, None), (False, "$last")])
def test_a_message_in_a_thread_is_a_reply_only_when_it_says_so(
    falling_back: bool, reply_to: str | None
) -> None:
    relation = {
        "rel_type": "m.thread",
        "event_id": "$root",
        "is_falling_back": falling_back,
        "m.in_reply_to": {"event_id": "$last"},
    }

    read = message(said("Mooi", **{"m.relates_to": relation}))

    assert read is not None
    assert (read.thread, read.reply_to) == ("$root", reply_to)


@pytest.mark.parametrize(
    "href",
    [
        "https://matrix.to/#/@jan:plein.test",
        "https://matrix.to/#/%40jan%3Aplein.test",
        "https://matrix.to/#/@jan:plein.test?via=plein.test",
        "matrix:u/jan:plein.test",
        "matrix:u/jan:plein.test?action=chat",
    ],
)
def test_a_pill_is_a_person(href: str) -> None:
    read = message(said("rol x Jan", formatted_body=f"rol x <A HREF='{href}'><b>Jan</b></a>"))

    assert read is not None
    assert read.pills == (JAN,)
    assert read.with_ids == "rol x @jan:plein.test"


@pytest.mark.parametrize(
    "href",
    [
        "https://matrix.to/#/#room:plein.test",
        "https://matrix.to/#/@jan:plein.test/$event",
        "https://matrix.to.evil.test/#/@jan:plein.test",
        "https://evil.test/?https://matrix.to/#/@jan:plein.test",
        "matrix:r/room:plein.test",
        "matrix:u/jan",
        "javascript:@jan:plein.test",
        "",
    ],
)
def test_another_link_is_nobody(href: str) -> None:
    read = message(said("Jan", formatted_body=f'<a href="{href}">Jan</a>'))

    assert read is not None
    assert read.pills == ()


def test_pills_are_read_in_order_and_written_as_ids_in_the_first_line() -> None:
    bot = '<a href="https://matrix.to/#/@plein:plein.test">Plein</a>'
    body = "Plein: rol Jan Januari, Jan Jan de Vries lid\nDag Jan de Vries"
    html = f"{bot}: rol Jan Januari, Jan {PILL} lid<br>Dag {PILL}"

    read = message(said(body, formatted_body=html))

    assert read is not None
    assert read.pills == (PLEIN, JAN)
    first = "@plein:plein.test: rol Jan Januari, Jan @jan:plein.test lid"
    assert read.with_ids == f"{first}\nDag Jan de Vries"


def test_a_pill_that_the_body_writes_as_a_link() -> None:
    body = "[@Jan de Vries](https://matrix.to/#/@jan:plein.test) lid"

    read = message(said(body, formatted_body=f"{PILL} lid"))

    assert read is not None
    assert read.with_ids == "@jan:plein.test lid"


def test_a_pill_in_the_quotation_of_a_reply_does_not_count() -> None:
    html = f"<mx-reply><blockquote>{PILL}</blockquote></mx-reply>Mooi"

    read = message(said("Mooi", formatted_body=html, **REPLY))

    assert read is not None
    assert read.pills == ()


def test_mentions_that_are_no_people_are_left_out() -> None:
    mentions = {"user_ids": ["@jan:plein.test", 1, "jan", None, "@jan:plein.test"], "room": True}

    read = message(said("Jan", **{"m.mentions": mentions}))

    assert read is not None
    assert read.mentions == (JAN,)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8) | st.just("m.replace"),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["rel_type", "event_id", "m.in_reply_to", "user_ids", "body"])
            | st.sampled_from(["formatted_body", "m.mentions", "m.relates_to", "m.new_content"]),
            inner,
            max_size=5,
        )
    ),
)


MENTIONS = JSON | st.fixed_dictionaries({"user_ids": JSON})


@given(
    st.fixed_dictionaries({"body": JSON, "m.relates_to": JSON, "m.mentions": MENTIONS, "x": JSON})
)
def test_any_content_can_be_read(content: dict[str, Any]) -> None:
    message(content)
    message({**content, "m.new_content": content["x"], "formatted_body": content["x"]})


@pytest.mark.parametrize(
    "piece",
    ["<a ", "<!", "<a href='matrix:u/a:b'>x", "<b>", "</a>", "> <@a:b>\n", "<mx-reply>", PILL, "&"],
)
def test_a_hostile_message_is_read_in_good_time(piece: str) -> None:
    text = piece * (60_000 // len(piece))
    started = time.process_time()

    read = message(said(text.replace("\n", " "), formatted_body=text, **REPLY))

    assert read is not None
    assert time.process_time() - started < 5
