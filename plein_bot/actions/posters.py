"""The QR code of a link, in the direct chat of whoever made it."""

from plein_bot.actions import chats
from plein_bot.actions.acts import Act
from plein_bot.domain.effects import SendFile, SendImage
from plein_bot.domain.places import Place
from plein_bot.domain.sentences import say
from plein_bot.drawing import codes


async def send(act: Act, place: Place, address: str, language: str) -> None:
    """As PNG to see, and as SVG to print."""
    chat = await chats.with_person(act, act.actor)
    picture = codes.png(address)
    name = f"qr-{place.root.slug}-{place.slug}" if place.subsite else f"qr-{place.slug}"
    await act.perform(
        [
            SendImage(
                chat,
                picture.data,
                "image/png",
                f"{name}.png",
                picture.width,
                picture.height,
                say("QR code of the link to {place}", place=place.full_name),
                "qr png",
                language,
            ),
            SendFile(chat, codes.svg(address), "image/svg+xml", f"{name}.svg", "qr svg"),
        ]
    )
