"""Parameters under names of a student's own, matched to the protocol's by their shapes.

A class is made once with sizes whose shapes tell everything apart (D 5, H 7); what is found there,
by name, is used at any size. Gates are told by a letter or word in the names where those tell all
of them, else they stand in the order of spec.gates, which the judge varies.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from rnncheck.protocol.faults import Fault
from rnncheck.protocol.names import Array, Arrays, Shape
from rnncheck.protocol.spec import Spec

INPUTS, HIDDEN = 5, 7
BIASES = ("bias_ih", "bias_hh")
MISFIT = "they do not make up those of"
LETTERS = {
    "elman": {},
    "lstm": {"i": "i", "f": "f", "o": "o", "g": "g", "c": "g", "a": "g", "u": "g", "n": "g"},
    "gru": {"r": "r", "z": "z", "u": "z", "n": "n", "h": "n", "c": "n", "g": "n"},
}
WORDS = {
    "elman": {},
    "lstm": {"input": "i", "forget": "f", "output": "o", "cell": "g", "candidate": "g"},
    "gru": {"reset": "r", "update": "z", "candidate": "n", "new": "n", "hidden": "n"},
}


@dataclass(frozen=True)
class Piece:
    """One parameter of a student's.

    Attributes:
        name: its name.
        kind: "ih", "hh", "kernel" (one matrix for [x, h]), "bias_ih", "bias_hh", or "biases" (2, G*H).
        gates: whose rows stand in it, in order.
        turned: whether it is (in, out), not (out, in).
    """

    name: str
    kind: str
    gates: tuple[str, ...]
    turned: bool = False


@dataclass(frozen=True)
class _Shape:
    """What the shape says: the kind "ih", "hh", "kernel", "bias" or "biases", gates, order."""

    kind: str
    count: int
    turned: bool | None = None


def match(shapes: Mapping[str, Shape], spec: Spec) -> list[Piece]:
    """Return what each parameter of a class made with INPUTS and HIDDEN is.

    Args:
        shapes: of its parameters, in the order in which they are registered.
        spec: which parameters are asked for.

    Raises:
        Fault: "error": they do not make up the parameters of the spec.
    """
    seen = {n: s for n, shape in shapes.items() if (s := _read(shape, len(spec.gates))) is not None}
    turned = [s.turned for s in seen.values() if s.turned is not None]
    usual = bool(turned) and sum(turned) * 2 > len(turned)
    pieces: list[Piece] = []
    for kind in ("ih", "hh", "kernel"):
        own = {n: s for n, s in seen.items() if s.kind == kind}
        pieces += [
            Piece(n, kind, gates, usual if own[n].turned is None else bool(own[n].turned))
            for n, gates in _gates(own, spec, shapes).items()
        ]
    pieces += _biases(seen, spec, shapes)
    _check(pieces, spec, shapes)
    return pieces


def _read(shape: Shape, gates: int) -> _Shape | None:
    dims = tuple(size for size in shape if size != 1)
    counts = {HIDDEN * count: count for count in range(1, gates + 1)}
    if len(dims) == 1:
        return _Shape("bias", counts[dims[0]]) if dims[0] in counts else None
    if len(dims) != 2:
        return None
    if dims == (2, HIDDEN * gates):
        return _Shape("biases", gates)
    for width, kind in ((INPUTS, "ih"), (HIDDEN, "hh"), (INPUTS + HIDDEN, "kernel")):
        if dims == (HIDDEN, HIDDEN) and kind == "hh":
            return _Shape("hh", 1)
        if dims[1] == width and dims[0] in counts:
            return _Shape(kind, counts[dims[0]], False)
        if dims[0] == width and dims[1] in counts:
            return _Shape(kind, counts[dims[1]], True)
    return None


def _gates(
    own: Mapping[str, _Shape], spec: Spec, shapes: Mapping[str, Shape]
) -> dict[str, tuple[str, ...]]:
    """Return the gates of parameters of one kind: by their names if these tell, else in order."""
    named = _by_name(list(own), spec) if all(s.count == 1 for s in own.values()) else None
    if named is not None:
        return {name: (gate,) for name, gate in named.items()}
    left, found = list(spec.gates), {}
    for name, shape in own.items():
        found[name], left = tuple(left[: shape.count]), left[shape.count :]
        if len(found[name]) != shape.count:
            raise _misfit(spec, shapes)
    return found


def _by_name(names: Sequence[str], spec: Spec) -> dict[str, str] | None:
    """Return the gate of each name where the names tell all gates apart, else None."""
    for rule in (_word, _last, _last_but_one, _first, _first_of_candidate):
        found = {name: rule(_stem(name), spec.cell) for name in names}
        if sorted(found.values()) == sorted(spec.gates):
            return found
    return None


def _stem(name: str) -> str:
    return re.sub(r"[._]?(weight|bias|kernel|linear|gate)(:\d+)?$", "", name, flags=re.IGNORECASE)


def _word(stem: str, cell: str) -> str:
    words = [w for w in re.findall(r"[a-z]+", stem.lower()) if w in WORDS[cell]]
    return WORDS[cell][words[0]] if words else ""


def _letters(stem: str) -> str:
    return re.sub(r"[^a-z]", "", stem.lower())


def _last(stem: str, cell: str) -> str:
    return LETTERS[cell].get(_letters(stem)[-1:], "")


def _last_but_one(stem: str, cell: str) -> str:
    return LETTERS[cell].get(_letters(stem)[-2:-1], "")


def _first(stem: str, cell: str) -> str:
    return LETTERS[cell].get(_letters(stem)[:1], "")


def _first_of_candidate(stem: str, cell: str) -> str:
    """Read u as the candidate: some call the update gate z and the new values u."""
    return "n" if cell == "gru" and _letters(stem)[:1] == "u" else _first(stem, cell)


def _biases(seen: Mapping[str, _Shape], spec: Spec, shapes: Mapping[str, Shape]) -> list[Piece]:
    """Return the biases: those after a recurrent matrix belong to it, if these are half of them."""
    own = {n: s for n, s in seen.items() if s.kind == "bias"}
    both = [n for n, s in seen.items() if s.kind == "biases"]
    if len(both) == 1 and not own and spec.biases == "double":
        return [Piece(both[0], "biases", spec.gates)]
    own |= {n: replace(s, count=2 * s.count) for n, s in seen.items() if s.kind == "biases"}
    total, gates = sum(s.count for s in own.values()), len(spec.gates)
    asked = {"none": 0, "single": gates, "double": 2 * gates}[spec.biases]
    if total != asked:
        raise _misfit(spec, shapes)
    if spec.biases != "double":
        return [Piece(n, "bias_ih", g) for n, g in _gates(own, spec, shapes).items()]
    after, last = {}, ""
    for name, shape in seen.items():
        last = last if shape.kind == "bias" else shape.kind
        after[name] = last
    second = {n: s for n, s in own.items() if after[n] == "hh"}
    if sum(s.count for s in second.values()) != gates:
        names = list(own)
        half = next(i for i in range(len(names)) if sum(own[n].count for n in names[:i]) >= gates)
        second = {n: own[n] for n in names[half:]}
    first = {n: s for n, s in own.items() if n not in second}
    return [
        Piece(n, kind, g)
        for kind, group in (("bias_ih", first), ("bias_hh", second))
        for n, g in _gates(group, spec, shapes).items()
    ]


def _check(pieces: Sequence[Piece], spec: Spec, shapes: Mapping[str, Shape]) -> None:
    for kind in ("ih", "hh"):
        gates = [g for p in pieces if p.kind in (kind, "kernel") for g in p.gates]
        if sorted(gates) != sorted(spec.gates):
            raise _misfit(spec, shapes)


def _misfit(spec: Spec, shapes: Mapping[str, Shape]) -> Fault:
    has = ", ".join(f"{name} {tuple(shape)}" for name, shape in shapes.items()) or "none"
    return Fault(
        "error",
        f"with D={INPUTS} and H={HIDDEN} its parameters are {has}; {MISFIT} "
        f"a {spec.cell} with gates {', '.join(spec.gates)} and {spec.biases} biases",
    )


def values(
    pieces: Sequence[Piece], spec: Spec, params: Arrays, *, state_first: bool = False
) -> Arrays:
    """Return the student's parameters, 2-D and 1-D, from the protocol's."""
    found: Arrays = {}
    for piece in pieces:
        if piece.kind == "biases":
            found[piece.name] = np.stack([_side(piece, spec, params[n]) for n in BIASES])
            continue
        rows = [_row(piece, spec.gates.index(g), params, state_first) for g in piece.gates]
        array = np.concatenate(rows)
        found[piece.name] = array.T if piece.turned else array
    return found


def _side(piece: Piece, spec: Spec, biases: Array) -> Array:
    return np.concatenate([biases[spec.gates.index(gate)] for gate in piece.gates])


def _row(piece: Piece, gate: int, params: Arrays, state_first: bool) -> Array:
    if piece.kind.startswith("bias"):
        row: Array = params[piece.kind][gate]
        return row
    parts = [params[f"weight_{kind}"][gate] for kind in _order(piece.kind, state_first)]
    return np.concatenate(parts, axis=1)  # (H, D), (H, H) or (H, D + H)


def _order(kind: str, state_first: bool) -> tuple[str, ...]:
    both = ("hh", "ih") if state_first else ("ih", "hh")
    return both if kind == "kernel" else (kind,)


def gradients(
    pieces: Sequence[Piece],
    spec: Spec,
    own: Mapping[str, Array],
    like: Arrays,
    *,
    state_first: bool = False,
) -> Arrays:
    """Return the protocol's gradients from those of the student's parameters; inverse of values.

    Args:
        pieces: of match.
        spec: the spec.
        own: gradients by the student's names.
        like: the protocol's parameters, for their shapes.
        state_first: whether a kernel holds h before x.
    """
    found = {name: np.zeros_like(a) for name, a in like.items()}
    size = spec.hidden_sizes[0]
    for piece in pieces:
        if piece.kind == "biases":
            for name, side in zip(
                BIASES, own[piece.name].reshape(2, len(piece.gates), size), strict=True
            ):
                found[name][[spec.gates.index(gate) for gate in piece.gates]] = side
            continue
        array = np.squeeze(own[piece.name]) if own[piece.name].ndim > 2 else own[piece.name]
        array = array.reshape(len(piece.gates) * size) if piece.kind.startswith("bias") else array
        rows = np.split(array.T if piece.turned else array, len(piece.gates))
        for gate, row in zip(piece.gates, rows, strict=True):
            _put(found, piece, spec.gates.index(gate), row, state_first)
    return found


def in_protocol(
    came: Arrays, pieces: Sequence[Piece], spec: Spec, like: Arrays, *, state_first: bool
) -> Arrays:
    """Return what a vjp gave, with gradients "d.<name>" of the protocol's for the student's."""
    rest = dict(came)
    own = {piece.name: np.asarray(rest.pop(f"d.{piece.name}")) for piece in pieces}
    back = gradients(pieces, spec, own, like, state_first=state_first)
    return rest | {f"d.{name}": array for name, array in back.items()}


def _put(found: Arrays, piece: Piece, gate: int, row: Array, state_first: bool) -> None:
    if piece.kind.startswith("bias"):
        found[piece.kind][gate] = row
        return
    at = 0
    for kind in _order(piece.kind, state_first):
        place = found[f"weight_{kind}"]
        place[gate] = row[:, at : at + place.shape[2]]
        at += place.shape[2]
