"""The README's picture shows what the command prints."""

import html
import importlib.util
import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def test_picture_shows_what_is_printed() -> None:
    """Every word that the command prints stands in docs/failure.svg."""
    spec = importlib.util.spec_from_file_location("picture", ROOT / "docs" / "picture.py")
    assert spec is not None
    assert spec.loader is not None
    picture = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(picture)
    shown = html.unescape(re.sub(r"<[^>]*>", " ", picture.PICTURE.read_text("utf-8"))).split()

    words = picture.printed().split()

    assert len(words) > 30
    assert not [word for word in words if word not in shown], "run: python docs/picture.py"
