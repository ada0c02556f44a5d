"""Keras 3 as files for Keras 2 use it: weights named first, the backend's functions, old modules."""

from __future__ import annotations

import sys
import types
from typing import Any

_DROPPED = ("synchronization", "use_resource", "experimental_autocast", "getter", "partitioner")
_MARK = "__rnncheck_keras_2__"
OLD_ROOTS = ("tensorflow.python.keras", "tensorflow.keras", "keras")


def allow() -> None:
    """Let layers call add_weight as in Keras 2, and keras.backend hold the functions it had then."""
    keras: Any = sys.modules.get("keras")
    if keras is None or not keras.__version__.startswith("3") or hasattr(keras.layers.Layer, _MARK):
        return
    add_weight = keras.layers.Layer.add_weight

    def by_name(self: Any, *args: Any, **words: Any) -> Any:
        if args and isinstance(args[0], str):
            words |= dict(zip(("name", "shape", "dtype", "initializer"), args, strict=False))
            args = ()
        kept = {name: value for name, value in words.items() if name not in _DROPPED}
        return add_weight(self, *args, **kept)

    keras.layers.Layer.add_weight = by_name
    keras.layers.Layer.add_variable = by_name
    setattr(keras.layers.Layer, _MARK, True)
    old = vars(_backend())
    for name in old.keys() - vars(keras.backend).keys():
        setattr(keras.backend, name, old[name])


def _backend() -> types.ModuleType:
    """Return what tf.keras.backend is, which still has the functions of Keras 2."""
    import tensorflow as tf

    found: types.ModuleType = tf.keras.backend
    return found


def names_of(module: str) -> dict[str, Any]:
    """Return what a module that Keras 3 no longer has held: layers, by the names of today."""
    keras: Any = sys.modules.get("keras")
    old = any(module == root or module.startswith(root + ".") for root in OLD_ROOTS)
    if keras is None or not old:
        return {}
    return {n: v for n, v in vars(keras.layers).items() if not n.startswith("_")}
