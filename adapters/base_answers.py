"""What the runners say of things that are missing or came back in a wrong form."""

from __future__ import annotations

import types
from collections.abc import Callable, Mapping
from math import prod
from typing import Any

from rnncheck.protocol.faults import Fault
from rnncheck.protocol.names import Arrays, Shape
from rnncheck.protocol.spec import Dropout, Spec

OTHER_NAMES = {"RNNScratch": "rnn", "LSTMScratch": "lstm", "GRUScratch": "gru"}


def find(
    namespace: Mapping[str, Any],
    name: str,
    like: Callable[[Mapping[str, Any], str], str] | None = None,
) -> Any:
    """Return the class or function of that name, or of the one that `like` finds for it.

    Raises:
        Fault: "not_implemented": there is none.
    """
    own = name if there(namespace, name) else (like or spelled)(namespace, name)
    if not own:
        raise Fault("not_implemented", f"{name} is not defined; define it under exactly this name")
    return namespace[own]


def there(namespace: Mapping[str, Any], name: str) -> bool:
    """Say whether a name is defined, and not only imported from a module that is not there."""
    absent = getattr(type(namespace.get(name)), "__rnncheck_absent__", False)
    return name in namespace and not absent


def spelled(namespace: Mapping[str, Any], name: str) -> str:
    """Return how a file spells the class or function of that name: RNN_Cell of RNNCell.

    Capitals and underscores do not count; "" where there is none, or several. A function that
    stands for the class in older terms is found under its own name.
    """
    made = {n for n, value in namespace.items() if isinstance(value, type | types.FunctionType)}
    found = [own for own in made if plain_name(own) == plain_name(name)]
    other = OTHER_NAMES.get(name, "")
    return found[0] if len(found) == 1 else other if other in made and not found else ""


def spelled_within(namespace: Mapping[str, Any], name: str) -> str:
    """Return how a file spells a class of its own of that name, or of one with words around it.

    CustomLSTM is LSTM, and MyLSTMCell is LSTMCell but not LSTM; "" where there are several.
    """
    near, plain = spelled(namespace, name), plain_name(name)
    if near:
        return near
    own = {
        plain_name(n): n
        for n, value in namespace.items()
        if isinstance(value, type) and value.__module__ == namespace.get("__name__")
    }
    like = [n for n in own if plain in n and ("cell" in plain) == ("cell" in n)]
    for found in ([n for n in like if n.endswith(plain)], like):
        if len(found) == 1:
            return own[found[0]]
    return ""


def plain_name(name: str) -> str:
    """Return a name without underscores, in small letters."""
    return name.replace("_", "").lower()


def describe(value: object) -> str:
    """Say in words what a value is: its type, and its shape or its parts."""
    if isinstance(value, tuple | list):
        parts = ", ".join(describe(part) for part in value)
        return f"a {type(value).__name__} of {len(value)} ({parts})"
    shape = getattr(value, "shape", None)
    module = type(value).__module__.split(".")[0]
    name = type(value).__name__ if module == "builtins" else f"{module}.{type(value).__name__}"
    return name if shape is None else f"{name} of shape {tuple(shape)}"


def wrong_answer(value: object, asked: str) -> Fault:
    """Return the fault of a call that gave back something else than was asked for."""
    if value is None or value is NotImplemented:
        return Fault("not_implemented", f"the call gave back {value}; asked for: {asked}")
    return Fault("error", f"the call gave back {describe(value)}; asked for: {asked}")


def parts(value: Any, count: int, asked: str) -> list[Any]:
    """Return the parts of a tuple or list of that length.

    Raises:
        Fault: it is something else, or has another length.
    """
    if not isinstance(value, tuple | list) or len(value) != count:
        raise wrong_answer(value, asked)
    return list(value)


def check_parameters(what: str, own: Mapping[str, Shape], asked: Arrays) -> None:
    """Check an object's parameters by name and shape.

    Raises:
        Fault: "error": a name is missing or unexpected, or a shape is another.
    """
    faults = [f"{n} {asked[n].shape} is missing" for n in asked if n not in own]
    faults += [f"{n} {own[n]} is not expected" for n in own if n not in asked]
    faults += [
        f"{n} has shape {own[n]}, asked for {asked[n].shape}"
        for n in asked
        if n in own and own[n] != asked[n].shape
    ]
    if faults:
        raise Fault("error", f"{what} has other parameters than asked for: {'; '.join(faults)}")


def check_weights(what: str, own: list[Shape], asked: Arrays) -> None:
    """Check an object's weights by order and shape.

    Raises:
        Fault: "error": their number or a shape is another.
    """
    if own != [a.shape for a in asked.values()]:
        wish = ", ".join(f"{name} {a.shape}" for name, a in asked.items())
        has = ", ".join(str(shape) for shape in own) or "none"
        raise Fault("error", f"{what} has weights of shapes {has}; asked for, in order: {wish}")


def check_size(key: str, result: Any, asked: Shape) -> None:
    """Check that a result can be read as an array of that shape.

    Raises:
        Fault: "shape": it has another number of elements.
    """
    if prod(result.shape) != prod(asked):
        raise Fault("shape", f"{key} is {describe(result)}; asked for the shape {asked}")


def plain(spec: Spec) -> bool:
    """Say whether a spec is one cell or a stack of cells alone: no dense layer, no dropout."""
    return not spec.output_size and spec.dropout == Dropout() and spec.cell != "jordan"


def single(spec: Spec) -> bool:
    """Say whether a spec is one plain layer, forward in time."""
    return plain(spec) and len(spec.hidden_sizes) == 1 and spec.directions == ("forward",)


def made_by(
    runner: Callable[[Any, Spec, Arrays, str, str], Any],
) -> Callable[[Mapping[str, Any], str, Spec, Arrays, str, str], Any]:
    """Return an Adapter's `make` that hands what has the name to a runner."""

    def make(
        namespace: Mapping[str, Any], name: str, spec: Spec, params: Arrays, dtype: str, device: str
    ) -> Any:
        return runner(find(namespace, name, spelled_within), spec, params, dtype, device)

    return make
