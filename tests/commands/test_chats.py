"""Where Plein speaks with somebody who has more than one direct chat with it."""

from plein_bot.actions import chats
from plein_bot.domain.ids import RoomId
from plein_bot.domain.sentences import say
from tests.fakes.square import PLEIN, Square


async def test_one_is_told_in_the_chat_where_one_last_spoke(square: Square) -> None:
    await square.joost.asks("help")
    first = RoomId(square.joost.chat)
    square.joost.chat = RoomId("")
    await square.joost.asks("help")
    second = RoomId(square.joost.chat)

    for number, chat in enumerate((second, first, second)):
        square.joost.chat = chat
        await square.joost.asks("help")
        await chats.tell(square.by(square.sanne), square.joost.user_id, say("Hallo"), f"{number}")
        assert square.homeserver.room(chat).said_by(PLEIN.bot)[-1] == "Hallo"


async def test_before_one_spoke_the_newest_is_taken(square: Square) -> None:
    act = square.by(square.sanne)
    await square.joost.opens_chat()
    newest = await square.joost.opens_chat()
    bot = square.homeserver.plein.bot
    await square.joost.hears(
        newest,
        lambda raw: raw.get("state_key") == bot and raw["content"].get("membership") == "join",
    )
    await square.settle()

    await chats.tell(act, square.joost.user_id, say("Hallo"), "told")

    assert square.homeserver.room(newest).said_by(PLEIN.bot)[-1] == "Hallo"
