"""Dive into Deep Learning's older form: rnn(inputs, state, params) in place of a class.

The parameters come as one list, the output layer's last. They are known by the names to which the
function unpacks that list, else they stand in the book's order. The output layer is given the
identity, so that its outputs are the hidden states.
"""

from __future__ import annotations

import ast
import inspect
import textwrap
from collections.abc import Callable, Sequence
from typing import Any

from rnncheck.protocol.spec import Spec

LETTERS = {"elman": "h", "lstm": "ifoc", "gru": "zrh"}


def module_of(function: Callable[..., Any], spec: Spec, torch: Any) -> Callable[..., Any]:
    """Return a class of modules, made from (inputs, hidden units), that call the function."""
    names = unpacked(function)
    if len(names) not in (3 * len(spec.gates), 3 * len(spec.gates) + 2):
        names = [n.format(g) for g in LETTERS[spec.cell] for n in ("W_x{}", "W_h{}", "b_{}")]
        names += ["W_hq", "b_q"]
    own = names[: 3 * len(spec.gates)]

    def init(self: Any, inputs: int, hidden: int) -> None:
        torch.nn.Module.__init__(self)
        for number, name in enumerate(own):
            shape = ((inputs, hidden), (hidden, hidden), (hidden,))[number % 3]
            self.register_parameter(name, torch.nn.Parameter(torch.zeros(shape)))

    def forward(self: Any, inputs: Any, state: Any = None) -> Any:
        params = [getattr(self, name) for name in own]
        hidden = params[1].shape[0]
        if len(names) > len(own):
            options = {"dtype": inputs.dtype, "device": inputs.device}
            params += [torch.eye(hidden, **options), torch.zeros(hidden, **options)]
        if state is None:
            parts = 2 if spec.cell == "lstm" else 1
            state = tuple(inputs.new_zeros(inputs.shape[1], hidden) for _ in range(parts))
        answer = function(inputs, state if isinstance(state, tuple) else (state,), params)
        return _over_time(answer, inputs, hidden)

    return type(function.__name__, (torch.nn.Module,), {"__init__": init, "forward": forward})


def _over_time(answer: Any, inputs: Any, hidden: int) -> Any:
    """Return an answer with its outputs (T*N, H) as (T, N, H)."""
    if isinstance(answer, tuple | list) and answer:
        shape = getattr(answer[0], "shape", None)
        if shape is not None and tuple(shape) == (inputs.shape[0] * inputs.shape[1], hidden):
            return (answer[0].reshape(*inputs.shape[:2], hidden), *answer[1:])
    return answer


def unpacked(function: Callable[..., Any]) -> list[str]:
    """Return the names to which a function unpacks its last argument; [] where it does not."""
    try:
        tree = ast.parse(textwrap.dedent(inspect.getsource(function)))
        given = [*inspect.signature(function).parameters][2]
    except (OSError, TypeError, SyntaxError, ValueError, IndexError):
        return []
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Name):
            if node.value.id == given and isinstance(node.targets[0], ast.Tuple | ast.List):
                return _names(node.targets[0].elts)
    return []


def _names(elements: Sequence[ast.expr]) -> list[str]:
    names: list[str] = []
    for element in elements:
        if isinstance(element, ast.Tuple | ast.List):
            names += _names(element.elts)
        elif isinstance(element, ast.Name):
            names.append(element.id)
    return names
