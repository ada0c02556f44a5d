"""Makes words and facts that came from a worker fit to keep and to print."""

from __future__ import annotations

import math
from typing import Any

from rnncheck.protocol.faults import KINDS, Fault

MOST_MESSAGE = 500
MOST_DETAIL = 2000
_MOST_DEPTH = 4
_MOST_WORDS = 50
_JUDGES = ("shapes",)  # what the judge sees by itself


def clean(text: object, most: int = MOST_MESSAGE) -> str:
    """Return the text cut to size, with every character escaped that does not print."""
    shown = str(text)[:most]
    if shown.isprintable():
        return shown
    return "".join(
        c if c.isprintable() or c == "\n" else c.encode("unicode_escape").decode() for c in shown
    )


def plain(value: object, depth: int = _MOST_DEPTH) -> Any:
    """Return JSON values with their texts cleaned; what lies deeper than `depth` is left out."""
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else str(value)  # 1e999 is JSON, and infinity here
    if depth and isinstance(value, list):
        return [plain(item, depth - 1) for item in value]
    if depth and isinstance(value, dict):
        return {clean(name): plain(item, depth - 1) for name, item in value.items()}
    return clean(value if isinstance(value, str) else "...")


def facts(told: object) -> dict[str, Any]:
    """Return the facts that a worker tells beside its results, those that are read in their form."""
    found = plain(told)
    if not isinstance(found, dict):
        return {}
    for name in ("changed", "warnings"):
        texts = found.get(name, [])
        found[name] = [t for t in texts if isinstance(t, str)] if isinstance(texts, list) else []
        found[name] = found[name][:_MOST_WORDS]
    return {name: value for name, value in found.items() if value != [] and name not in _JUDGES}


def fault(words: object, *, absent: bool) -> Fault:
    """Return the fault that a worker reports.

    Args:
        words: the kind, the message and the detail, as they came.
        absent: whether the kind "absent", which costs no marks, is believed: only before a
            stranger's code has run.
    """
    if not isinstance(words, dict) or not {"kind", "message", "detail"} <= words.keys():
        return Fault("died", "the process broke the protocol: a fault without words")
    kind = words["kind"] if words["kind"] in (list(KINDS) if absent else _LATER) else "error"
    return Fault(kind, clean(words["message"]), clean(words["detail"], MOST_DETAIL))


_LATER = [kind for kind in KINDS if kind != "absent"]
