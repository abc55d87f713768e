"""The command that gives a post with all that it called forth as files to keep."""

from html import escape
from typing import Annotated

from plein_bot.actions import exports, polls, posts
from plein_bot.actions.showcase import Whole
from plein_bot.commands.calls import Call
from plein_bot.commands.replies import Reply
from plein_bot.commands.spreadsheets import csv_file
from plein_bot.commands.table import TABLE, Dutch
from plein_bot.domain.polls import Poll, Tally
from plein_bot.domain.posts import Post
from plein_bot.domain.sentences import Sentence, count, say
from plein_bot.locale.cleaning import for_page
from plein_bot.locale.languages import Language, language

_STYLE = (
    "body{font:16px/1.5 sans-serif;max-width:45rem;margin:2rem auto;padding:0 1rem}"
    "table{border-collapse:collapse}td,th{border:1px solid;padding:.3rem .6rem;text-align:left}"
    ".facts{color:#535f6d}section{margin-top:2rem}"
)


@TABLE.command("post export", "blog exporteer", "blog exporteren")
async def export(call: Call, post: Annotated[str, Dutch("nummer")]) -> Reply:
    """Send you a post with its comments, polls and outcome as files to keep."""
    found = await posts.find(call.act, post)
    words = language(call.language, call.act.plein.timezone)
    await exports.send(call.act, found, lambda whole: _files(whole, words))
    return Reply(
        say(
            "Here is “{title}” with what you may read of it now: a page, and tables of the "
            "comments and the polls. When the post or a comment is taken away, I take this away.",
            title=found.post.title,
        )
    )


def _files(whole: Whole, words: Language) -> dict[str, bytes]:
    post = whole.found.post
    files = {f"{post.slug}.html": _page(whole, words).encode()}
    heads = [words.plain(one) for one in (say("Who"), say("When"), say("Comment"))]
    rows = [(whole.names[said.author], words.moment(said.at), said.text) for said in whole.comments]
    files[f"{words.plain(say('comments'))}.csv"] = csv_file(heads, rows)
    shown = [one for one in whole.polls if one.poll.may_be_told]
    if shown:
        heads = [words.plain(one) for one in (say("Poll"), say("Answer"), say("Votes"))]
        counted = [
            (one.poll.question.text, answer.text, str(votes))
            for one in shown
            for answer, votes in zip(one.poll.question.answers, one.tally.counts, strict=True)
        ]
        files[f"{words.plain(say('polls'))}.csv"] = csv_file(heads, counted)
    return files


def _page(whole: Whole, words: Language) -> str:
    """A page that needs nothing else: it opens in any browser and word processor."""
    post, place = whole.found.post, whole.found.standing.place
    title, code = escape(post.title), words.code
    facts = [f"{whole.names[post.author]} · {place.full_name} · {words.moment(post.posted_at)}"]
    facts += [words.plain(one) for one in _term(post)]
    if whole.echo.reactions:
        facts.append(" · ".join(f"{key} {n}" for key, n in whole.echo.reactions.items()))
    parts = [
        f'<!doctype html>\n<html lang="{code}"><head><meta charset="utf-8">',
        f"<title>{title}</title><style>{_STYLE}</style></head><body>",
        f"<h1>{title}</h1>",
        *(f'<p class="facts">{escape(one)}</p>' for one in facts),
        _html(post.text),
    ]
    outcome = post.consultation and post.consultation.outcome
    if outcome:
        head = escape(words.plain(say("What was done with it")))
        at = escape(words.moment(outcome.at))
        parts.append(f"<section><h2>{head}</h2>")
        parts.append(f'<p class="facts">{at}</p>{_html(outcome.text)}</section>')
    parts += [_poll(one.poll, one.tally, words) for one in whole.polls]
    number = len(whole.comments)
    heading = escape(words.plain(count(number, "{n} comment", "{n} comments")))
    parts.append(f"<section><h2>{heading}</h2>")
    for said in whole.comments:
        who, at = escape(whole.names[said.author]), escape(words.moment(said.at))
        parts.append(f'<h3>{who} <span class="facts">{at}</span></h3>{_html(said.text, 3)}')
    parts.append("</section></body></html>\n")
    return "\n".join(parts)


def _html(text: str, under: int = 2) -> str:
    """No pictures: they would be fetched from elsewhere by whoever opens the page."""
    return for_page(text, lambda _: None, under=under)


def _term(post: Post) -> tuple[Sentence, ...]:
    consultation = post.consultation
    if consultation is None:
        return ()
    if consultation.ended_at is None:
        return (say("Think along until: {moment}", moment=consultation.closes_at),)
    return (say("People could think along until {moment}.", moment=consultation.ended_at),)


def _poll(poll: Poll, tally: Tally, words: Language) -> str:
    answers = [answer.text for answer in poll.question.answers]
    if poll.may_be_told:
        answers = [words.plain(one) for one in polls.votes(poll, tally)]
    told = escape(words.plain(polls.turnout(poll, tally)))
    listed = "".join(f"<li>{escape(one)}</li>" for one in answers)
    question = escape(poll.question.text)
    return f"<section><h2>{question}</h2><ul>{listed}</ul><p>{told}</p></section>"
