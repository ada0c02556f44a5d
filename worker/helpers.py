"""Plain helpers that courses keep in files beside the homework: no recurrent cell among them."""

from __future__ import annotations

import functools
import sys
from collections.abc import Callable
from typing import Any

import numpy as np

from rnncheck.protocol.names import Array

OLD_BUILTINS: dict[str, Any] = {
    "xrange": range,
    "unicode": str,
    "basestring": str,
    "long": int,
    "raw_input": input,
    "unichr": chr,
    "reduce": functools.reduce,
}
OLD_LISTS: dict[str, Any] = {
    name: functools.partial(lambda made, *given, **more: list(made(*given, **more)), made)
    for name, made in {"range": range, "map": map, "filter": filter, "zip": zip}.items()
}
OLD_MODULES = {"cPickle": "pickle", "Queue": "queue", "StringIO": "io", "__builtin__": "builtins"}


def sigmoid(x: Any) -> Any:
    """Return 1 / (1 + exp(-x)) without overflow; what has no such form is left to NumPy."""
    x = np.asarray(x)
    small = np.exp(-np.abs(x))
    return np.where(x >= 0, 1, small) / (1 + small)


def relu(x: Any) -> Any:
    """Return max(x, 0)."""
    return np.maximum(x, 0)


def softmax(x: Any) -> Any:
    """Return the softmax over the last axis."""
    return _softmax(x, -1)


def softmax_of_columns(x: Any) -> Any:
    """Return the softmax over the first axis."""
    return _softmax(x, 0)


def _softmax(x: Any, axis: int) -> Any:
    powers = np.exp(x - np.max(x, axis=axis, keepdims=True))
    return powers / powers.sum(axis=axis, keepdims=True)


def cross_entropy_error(y: Array, t: Array) -> Any:
    """Return the mean cross entropy of probabilities y (N, V), t indexes or one-hot rows."""
    y, t = np.atleast_2d(y), np.asarray(t)
    labels = t.argmax(axis=1) if t.size == y.size else t.reshape(-1)
    return -np.sum(np.log(y[np.arange(len(y)), labels] + 1e-7)) / len(y)


class Embedding:
    """Rows of a table by their indexes, as one step of a sequence looks them up."""

    def __init__(self, W: Array) -> None:
        """Hold the table W (V, D)."""
        self.params, self.grads = [W], [np.zeros_like(W)]
        self.idx: Any = None

    def forward(self, idx: Any) -> Any:
        """Return the rows."""
        self.idx = idx
        return self.params[0][idx]

    def backward(self, dout: Any) -> None:
        """Sum the gradients of equal rows."""
        self.grads[0][...] = 0
        np.add.at(self.grads[0], self.idx, dout)


class Activation:
    """A function of one array that remembers what it gave."""

    def __init__(self) -> None:
        """Remember nothing yet."""
        self.state: Any = None

    @property
    def A(self) -> Any:
        """What it gave last."""
        return self.state

    def __call__(self, x: Any) -> Any:
        """Return what forward gives."""
        return self.forward(x)

    def forward(self, x: Any) -> Any:
        """Return the activation of x."""
        self.state = self.value(x)
        return self.state

    def value(self, x: Any) -> Any:
        """Return the function of x."""
        return x

    def derivative(self, state: Any = None) -> Any:
        """Return the slope where the function gave this, or gave what it gave last."""
        return self.slope(self.state if state is None else state)

    def slope(self, value: Any) -> Any:
        """Return the slope where the function has this value."""
        return np.ones_like(value)

    def backward(self, upstream: Any = None, state: Any = None) -> Any:
        """Return the slope, times what comes from above where that is given.

        Terms differ in what they hand over alone: what the function gave last is no gradient, in
        whichever shape it comes.
        """
        if state is None and upstream is not None and _same(upstream, self.state):
            return self.slope(np.asarray(upstream))
        own = self.derivative(state)
        return own if upstream is None else upstream * own


def _same(left: Any, right: Any) -> bool:
    left, right = np.asarray(left), np.asarray(right)
    return left.size == right.size and np.array_equal(left.ravel(), right.ravel())


class Identity(Activation):
    """The function that changes nothing."""


class Sigmoid(Activation):
    """The logistic function."""

    def value(self, x: Any) -> Any:
        """Return the function of x."""
        return sigmoid(x)

    def slope(self, value: Any) -> Any:
        """Return the slope."""
        return value * (1 - value)


class Tanh(Activation):
    """The hyperbolic tangent."""

    def value(self, x: Any) -> Any:
        """Return the function of x."""
        return np.tanh(x)

    def slope(self, value: Any) -> Any:
        """Return the slope."""
        return 1 - np.square(value)


class ReLU(Activation):
    """The positive part."""

    def value(self, x: Any) -> Any:
        """Return the function of x."""
        return relu(x)

    def slope(self, value: Any) -> Any:
        """Return the slope."""
        return np.where(value > 0, 1.0, 0.0)


def plain_decorator(*args: Any, **options: Any) -> Any:
    """Decorate nothing: @jit, @jit() and @jit(nopython=True) leave a function as it is."""
    if len(args) == 1 and callable(args[0]) and not options:
        return args[0]
    return lambda function: function


def plain_iterable(iterable: Any = (), *args: Any, **options: Any) -> Any:
    """Return what would be shown with a progress bar, without one."""
    return iterable


def plain_range(*args: Any, **options: Any) -> Any:
    """Return a range that would be shown with a progress bar, without one."""
    return range(*args)


_DECORATORS = dict.fromkeys(("jit", "njit", "vectorize", "prange"), plain_decorator)
_SPECIAL: dict[str, dict[str, Any]] = {
    "cupy": {**vars(np), "asnumpy": np.asarray, "scatter_add": np.add.at},
    "cupyx": {"scatter_add": np.add.at},
    "numba": {**_DECORATORS, "prange": range},
    "tqdm": {"tqdm": plain_iterable, "trange": plain_range, "tqdm_notebook": plain_iterable},
    "past": {**OLD_BUILTINS, "range": range},
    "six": {**OLD_BUILTINS, "range": range, "zip": zip, "map": map, "PY2": False, "PY3": True},
    "future": {"range": range},
    "itertools": {"izip": zip, "imap": map, "ifilter": filter},
    "matplotlib": {},
}
_PLAIN: dict[str, Any] = {
    "np": np,
    "GPU": False,
    "sigmoid": sigmoid,
    "expit": sigmoid,
    "softmax": softmax,
    "relu": relu,
    "tanh": np.tanh,
    "cross_entropy_error": cross_entropy_error,
    "Embedding": Embedding,
    "Activation": Activation,
    "Identity": Identity,
    "Sigmoid": Sigmoid,
    "Tanh": Tanh,
    "ReLU": ReLU,
}
_COLUMNS = ("rnn_utils", "utils", "lstm_utils")


def helpers_of(module: str, *, columns: bool = False) -> dict[str, Any]:
    """Return the helpers that a module of this name is known to hold.

    The softmax of deeplearning.ai's rnn_utils is over the first axis, others' over the last but in
    homework whose features come first.
    """
    root, last = module.partition(".")[0], module.rpartition(".")[2]
    if root == "d2l":
        return d2l_helpers()
    if root in _SPECIAL:
        return dict(_SPECIAL[root])
    found: dict[str, Callable[..., Any]] = dict(_PLAIN)
    if columns or last in _COLUMNS:
        found["softmax"] = softmax_of_columns
    return found


_D2L_NAMES = ("matmul", "tanh", "sigmoid", "zeros", "randn", "stack", "cat", "concat", "reshape")


def d2l_helpers() -> dict[str, Any]:
    """Return what classes of Dive into Deep Learning are made with, where torch is there."""
    torch: Any = sys.modules.get("torch")
    if torch is None:
        return {}

    def init(self: Any, *args: Any, **words: Any) -> None:
        torch.nn.Module.__init__(self)

    def save_hyperparameters(self: Any, ignore: Any = ()) -> None:
        """Keep the arguments of the calling constructor as attributes."""
        for name, value in sys._getframe(1).f_locals.items():
            if name not in ("self", *ignore) and not name.startswith("_"):
                setattr(self, name, value)

    methods = {"__init__": init, "save_hyperparameters": save_hyperparameters}
    module = type("Module", (torch.nn.Module,), methods)

    def add_to_class(kind: type) -> Callable[[Any], None]:
        """Return a decorator that adds a function to a class."""
        return lambda function: setattr(kind, function.__name__, function)

    plain = {name: getattr(torch, name) for name in _D2L_NAMES}
    return {"Module": module, "Classifier": module, "add_to_class": add_to_class, **plain}
