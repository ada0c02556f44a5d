"""Reads what Python refuses: Python 2, files in other encodings, functions that do not parse."""

from __future__ import annotations

import codecs
import io
import re
import tokenize

from rnncheck.grading.broken import defines, without_broken
from rnncheck.grading.python2 import in_python3, looks_old, parses
from rnncheck.suites.sentences import say

GUESSED = ("utf-8-sig", "gb18030", "cp932", "utf-16", "latin-1")  # the last reads any bytes
_UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_COOKIE = re.compile(r"coding[:=][ \t]*[-\w.]+")


def in_utf8(source: bytes) -> bytes:
    """Return a file that names another encoding in its first lines, written in UTF-8."""
    encoding, lines = tokenize.detect_encoding(io.BytesIO(source).readline)
    if encoding in ("utf-8", "utf-8-sig"):
        return source
    return _named(source.decode(encoding), len(lines)).encode("utf-8")


def mended(source: bytes) -> tuple[bytes, tuple[str, ...], bool] | None:
    """Return a file as Python 3 in UTF-8, notes of what was changed, and whether Python refuses it.

    Python 2 had its prints, so they are no reason to refuse a file; None where no function is left.
    """
    texts = [(name, text) for name in _encodings(source) if (text := _decoded(source, name))]
    for name, text in texts:
        guessed = name != _cookie(source)
        notes = (say("encoding", encoding=name),) if guessed else ()
        new = text if parses(text) else in_python3(text)
        if new is not None and (not guessed or defines(new, whole=True)):
            more = () if new == text else (say("python2"),)
            return new.encode("utf-8"), (*notes, *more), guessed
    found = without_broken(texts[0][1]) if texts else None
    if found is None or not defines(found[0], whole=True):
        return None
    old = (say("python2"),) if looks_old(texts[0][1]) else ()
    notes = (say("not_python", places="; ".join(found[1])), *old)
    return found[0].encode("utf-8"), notes, True


def _encodings(source: bytes) -> tuple[str, ...]:
    """Return how a file may be read: as it says where that holds, else as is likely."""
    if source.startswith(_UTF16) or b"\0" in source:
        return ("utf-16",)
    named = _cookie(source)
    return (named,) if named and _decoded(source, named) else GUESSED


def _cookie(source: bytes) -> str:
    """Return the encoding that a file names, UTF-8 where it names none; "" if there is no such."""
    try:
        named = tokenize.detect_encoding(io.BytesIO(source).readline)[0]
    except SyntaxError:
        return ""
    return "utf-8-sig" if named == "utf-8" else named


def _decoded(source: bytes, encoding: str) -> str:
    try:
        return _named(source.decode(encoding), 2)
    except (UnicodeError, LookupError):
        return ""


def _named(text: str, lines: int) -> str:
    """Return a text whose first lines name the encoding UTF-8, if they name one."""
    head = "".join(text.splitlines(keepends=True)[:lines])
    return _COOKIE.sub("coding: utf-8", head, count=1) + text[len(head) :]
