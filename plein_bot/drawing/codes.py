"""QR codes, for a poster and for a screen."""

import io

import segno

from plein_bot.drawing.charts import Picture

_SIDE = 1200
"""At least so many pixels: a poster is printed large."""

_MARGIN = 4
"""Modules of white around it, which ISO/IEC 18004 asks for."""


def png(text: str) -> Picture:
    code = segno.make(text, error="m", micro=False)
    scale = int(-(-_SIDE // code.symbol_size(border=_MARGIN)[0]))
    side = code.symbol_size(scale=scale, border=_MARGIN)[0]
    out = io.BytesIO()
    code.save(out, kind="png", scale=scale, border=_MARGIN)
    return Picture(out.getvalue(), int(side), int(side))


def svg(text: str) -> bytes:
    out = io.BytesIO()
    segno.make(text, error="m", micro=False).save(
        out, kind="svg", border=_MARGIN, scale=10, light="#ffffff"
    )
    return out.getvalue()
