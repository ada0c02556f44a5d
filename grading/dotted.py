"""Names with dots as a text writes them, the modules behind them resolved."""

from __future__ import annotations

import ast
from collections.abc import Mapping

_MOST_DOTS = 30  # one that is made longer with each line takes for ever


def renamed(statement: ast.Assign, aliases: Mapping[str, str]) -> dict[str, str]:
    """Return the alias that `tf = tf.compat.v1` makes."""
    target, value = statement.targets[0], dotted(statement.value, aliases)
    return {target.id: value} if isinstance(target, ast.Name) and value else {}


def dotted(node: ast.expr, aliases: Mapping[str, str]) -> str | None:
    """Return `a.b.c` with its root resolved; None if the root is not imported, or it has no end."""
    parts: list[str] = []
    while isinstance(node, ast.Attribute) and len(parts) < _MOST_DOTS:
        parts.append(node.attr)
        node = node.value
    if not isinstance(node, ast.Name) or node.id not in aliases:
        return None
    found = ".".join([aliases[node.id], *reversed(parts)])
    return found if found.count(".") < _MOST_DOTS else None
