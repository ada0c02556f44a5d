"""The worlds that a worker's process can live in: what is imported, and the default dtype."""

from __future__ import annotations

import importlib
import random
from contextlib import suppress

from rnncheck import adapters
from rnncheck.protocol.faults import Fault

_NEEDS: dict[str, dict[str, tuple[str, str]]] = {
    "numpy": {"numpy": ("NumPy", "numpy")},
    "torch": {"torch": ("PyTorch", "rnncheck[torch]")},
    "keras3": {
        "tensorflow": ("TensorFlow", "rnncheck[tensorflow]"),
        "keras": ("Keras", "rnncheck[tensorflow]"),
    },
    "tf1": {
        "tensorflow": ("TensorFlow", "rnncheck[tensorflow]"),
        "tf_keras": ("tf_keras", "rnncheck[tensorflow]"),
    },
}
_SEED = 0
_ADAPTERS = {"numpy": "numpy", "torch": "torch", "keras3": "keras", "tf1": "tf1"}


def enter(world: str, device: str) -> None:
    """Import what the world needs and make sure that the device is there.

    Raises:
        Fault: absent.
    """
    for module, (title, package) in _NEEDS[world].items():
        try:
            importlib.import_module(module)
        except ModuleNotFoundError as error:
            if error.name != module:
                raise Fault("absent", f"{title} cannot be imported", str(error)) from error
            message = f"{title} is not installed; install it with: pip install '{package}'"
            raise Fault("absent", message) from error
        except ImportError as error:
            raise Fault("absent", f"{title} cannot be imported", str(error)) from error
    if device == "cuda" and not _has_cuda(world):
        message = f"there is no CUDA device that the world {world!r} can use"
        raise Fault("absent", f"{message}; take --device cpu")


def prepare(world: str) -> None:
    """Import what a submission of this world will need in any case; run nothing of it.

    TensorFlow and Keras import their parts when they are first named, PyTorch some hundred modules
    in its first backward pass.
    """
    for name in (*adapters.names(), *adapters.operation_names()):
        if name.startswith(_ADAPTERS[world]):
            adapters.find(name)
    importlib.import_module("numpy.random")
    if world == "torch":
        with suppress(ImportError):  # another version of PyTorch may need something else
            importlib.import_module("torch.fx.experimental.symbolic_shapes")
    if world in ("keras3", "tf1"):
        import tensorflow as tf

        named = [tf.GradientTape, tf.keras.layers.LSTM, tf.compat.v1.Session, tf.function]
        if world == "tf1":
            named += [tf.compat.v1.nn.rnn_cell.LSTMCell, tf.compat.v1.keras.layers.LSTM]
        assert all(named)


def seed(world: str) -> None:
    """Start every common generator of random numbers at the same place, whoever runs.

    TensorFlow's op determinism is left off: docs/decisions/0015.
    """
    import numpy as np

    random.seed(_SEED)
    np.random.seed(_SEED)  # noqa: NPY002 -- the one that submissions use
    if world == "torch":
        import torch

        torch.default_generator.manual_seed(_SEED)
    elif world == "keras3":
        import keras

        keras.utils.set_random_seed(_SEED)
    elif world == "tf1":
        import tf_keras

        tf_keras.utils.set_random_seed(_SEED)


def set_dtype(world: str, dtype: str) -> None:
    """Make "float64" or "float32" the framework's default dtype."""
    if world == "torch":
        import torch

        torch.set_default_dtype(getattr(torch, dtype))
    elif world == "keras3":
        import keras

        keras.config.set_floatx(dtype)
        keras.config.set_dtype_policy(dtype)  # floatx alone is too late once there is a policy
    elif world == "tf1":
        import tf_keras

        tf_keras.backend.set_floatx(dtype)


def _has_cuda(world: str) -> bool:
    if world == "torch":
        import torch

        return bool(torch.cuda.is_available())
    if world == "numpy":
        return False
    import tensorflow as tf

    return bool(tf.config.list_physical_devices("GPU"))
