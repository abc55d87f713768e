"""Where Plein speaks with somebody who has more than one direct chat with it."""

from plein_bot.actions import chats
from plein_bot.domain.ids import RoomId
from plein_bot.domain.sentences import say
from tests.fakes.rooms import Json
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


async def has_a_chat(square: Square) -> RoomId:
    """Of Joost's, in which the bot is."""
    chat = await square.joost.opens_chat()

    def comes(raw: Json) -> bool:
        is_its_own = raw.get("state_key") == PLEIN.bot
        return is_its_own and raw["content"].get("membership") == "join"

    await square.joost.hears(chat, comes)
    await square.homeserver.settled()
    return chat


async def test_before_one_spoke_the_newest_is_taken(square: Square) -> None:
    await has_a_chat(square)
    newest = await has_a_chat(square)

    await chats.tell(square.by(square.sanne), square.joost.user_id, say("Hallo"), "told")

    assert "Hallo" in square.homeserver.room(newest).said_by(PLEIN.bot)
