"""What an adapter of operations is, and what the runners of all frameworks share."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from rnncheck.adapters.base import Runner
from rnncheck.adapters.base_answers import find, wrong_answer
from rnncheck.adapters.base_called import called
from rnncheck.protocol.claims import claims
from rnncheck.protocol.faults import Fault
from rnncheck.protocol.names import Array, Arrays, Shape
from rnncheck.protocol.operations import OperationSpec, operation_shapes

MakeOperation = Callable[[Mapping[str, Any], OperationSpec, str, str], Runner]


class OperationLayout:
    """Maps arguments and results between the protocol and one native form; pure NumPy.

    As it stands it leaves both alone; a family whose functions take other orders or shapes
    overrides all three maps.
    """

    def arguments(self, spec: OperationSpec, call: str, arrays: Arrays) -> Arrays:
        """Turn arguments, and the upstream gradients "d_<result>" of a vjp, into native ones."""
        return arrays

    def result_shapes(
        self, spec: OperationSpec, call: str, sizes: Mapping[str, int]
    ) -> dict[str, Shape]:
        """Return the native names and shapes of what a call gives back."""
        return operation_shapes(spec, call, sizes)

    def results(self, spec: OperationSpec, call: str, native: Arrays) -> Arrays:
        """Turn native results, of the shapes of result_shapes, into the protocol's."""
        return native

    def rerun(self, spec: OperationSpec, call: str, module: str) -> list[str]:
        """Return lines that make a call; they leave each result in a variable of its name.

        Arguments are variables of their names, "_" for ".", groups are dicts of these.
        """
        raise NotImplementedError("a subclass writes the lines of its framework")


@dataclass(frozen=True)
class OperationTarget:
    """A framework's own implementation of an operation.

    Attributes:
        name: the framework's name of it, in reports.
        spec: what it computes.
    """

    name: str
    spec: OperationSpec


@dataclass(frozen=True)
class OperationAdapter:
    """One way that operations can be written; each file *_operations.py holds one as ADAPTER.

    Attributes:
        name: the file's name.
        world: as of an Adapter.
        layout: the judge's half.
        make: (namespace, spec, dtype, device) -> Runner of "compute" and "compute_vjp" on native
            arrays, worker side. The namespace holds a function of the operation's name.
        claims: what an implementation of this look offers for an operation.
        own: the module in which functions of that look call the framework's own, "" for none.
        targets: the operations that it has.
    """

    name: str
    world: str
    layout: OperationLayout
    make: MakeOperation
    claims: Callable[[OperationSpec], frozenset[str]]
    own: str = ""
    targets: tuple[OperationTarget, ...] = field(default=())


def claims_on(*devices: str) -> Callable[[OperationSpec], frozenset[str]]:
    """Return what an implementation offers that runs on these devices, by operation."""

    def offered(spec: OperationSpec) -> frozenset[str]:
        vjp = ("compute_vjp",) if spec.operation.differentiated else ()
        return claims(("compute", *vjp, "float32", "float64", *devices))

    return offered


def grouped(arrays: Mapping[str, Any], names: Sequence[str]) -> dict[str, Any]:
    """Return what a function is handed: values by name, those with dots in one dict."""
    given: dict[str, Any] = {}
    for name in names:
        head, _, rest = name.partition(".")
        if rest:
            given.setdefault(head, {})[rest] = arrays[name]
        else:
            given[name] = arrays[name]
    return given


def named(answer: Any, names: Sequence[str], what: str) -> dict[str, Any]:
    """Return the parts of what a function gave back, by name.

    Args:
        answer: one value, or as many as there are names in a tuple, a list or a dict; a group of
            dotted names is one value, a dict.
        names: that are asked for.
        what: whose answer it is, for a message.

    Raises:
        Fault: it is something else.
    """
    heads = list(dict.fromkeys(name.partition(".")[0] for name in names))
    asked = f"{', '.join(heads)} from {what}"
    if answer is None or answer is Ellipsis:
        raise wrong_answer(None, asked)
    if len(heads) == 1 and not (isinstance(answer, tuple | list) and len(answer) == 1):
        values: Any = {heads[0]: answer}
    else:
        values = _by_name(answer, heads, asked)
    return {name: _part(values, name, what) for name in names}


def _by_name(answer: Any, heads: list[str], asked: str) -> Mapping[str, Any]:
    if isinstance(answer, Mapping) and answer.keys() >= set(heads):
        return answer
    if not isinstance(answer, tuple | list) or len(answer) != len(heads):
        raise wrong_answer(answer, asked)
    return dict(zip(heads, answer, strict=True))


def _part(values: Mapping[str, Any], name: str, what: str) -> Any:
    head, _, rest = name.partition(".")
    if not rest:
        return values[head]
    group = values[head]
    if not isinstance(group, Mapping) or rest not in group:
        raise Fault("error", f"{head} from {what} has no {rest}; it must be a dict that has")
    return group[rest]


def call_function(
    namespace: Mapping[str, Any], name: str, spec: OperationSpec, given: Mapping[str, Any]
) -> Any:
    """Call a function by position; options go to keyword-only arguments of their names.

    Raises:
        Fault: it is missing, is no function, or takes other arguments.
    """
    function = find(namespace, name)
    if not callable(function):
        raise Fault("error", f"{name} is a {type(function).__name__}; it must be a function")
    options = {n: v for n, v in spec.options if n in _keywords(function)}
    with called(function, f"{name}({', '.join(given)})", *given.values(), **options):
        return function(*given.values(), **options)


def _keywords(function: Callable[..., Any]) -> list[str]:
    try:
        parameters = inspect.signature(function).parameters.values()
    except (TypeError, ValueError):
        return []
    return [p.name for p in parameters if p.kind is p.KEYWORD_ONLY]


def scalar(array: Array) -> Any:
    """Return an array without axes as a number of Python, any other as it is."""
    return array if array.ndim else array.item()


def argument_names(spec: OperationSpec) -> list[str]:
    """Return the names of the arguments, in order."""
    return [argument.name for argument in spec.operation.arguments]


def result_names(spec: OperationSpec) -> list[str]:
    """Return the names of the results, in order."""
    return [result.name for result in spec.operation.results]


def written(names: Sequence[str], prefix: str = "") -> str:
    """Write arguments or results of a call as code: "params, d_loss"."""
    heads = dict.fromkeys(name.partition(".")[0] for name in names)
    return ", ".join(prefix + head for head in heads)


def unpacked(names: Sequence[str], prefix: str = "") -> list[str]:
    """Write the lines that take groups of dotted names apart again."""
    return [
        f'{prefix}{name.replace(".", "_")} = {prefix}{head}["{rest}"]'
        for name in names
        for head, _, rest in [name.partition(".")]
        if rest
    ]
