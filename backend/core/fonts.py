"""The font of everything that is printed: WenQuanYi Micro Hei, Chinese and Latin, from a wheel; glyphs are embedded as needed."""

from __future__ import annotations

from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont

NAME: Final = "MicroHei"


@cache
def printed() -> str:
    """Register the font (Apache-2.0, from the wheel `paperang-p2-fonts-cjk`) once a process; returns its name."""
    spec = find_spec("paperang_p2_fonts_cjk")
    if spec is None or not spec.submodule_search_locations:
        raise RuntimeError("the font wheel paperang-p2-fonts-cjk is not installed")
    path = Path(spec.submodule_search_locations[0]) / "fonts" / "wqy-microhei.ttc"
    pdfmetrics.registerFont(TTFont(NAME, path, subfontIndex=0))
    return NAME
