"""Operations: pure functions of named arrays, such as a loss over time or a step of an optimiser.

What there is stands in operation_table.OPERATIONS. An operation has no parameters of its own: all
that it needs are arguments, and what the letters of their axes stand for differs from case to case.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from rnncheck.protocol.names import Array, Arrays, Shape
from rnncheck.protocol.operation_kinds import Argument, Operation
from rnncheck.protocol.operation_table import OPERATIONS
from rnncheck.protocol.spec import SpecError

DTYPES = {"int": "int64", "index": "int64", "length": "int64", "size": "int64", "mask": "bool"}


@dataclass(frozen=True)
class OperationSpec:
    """An operation with every option decided.

    Attributes:
        name: a key of OPERATIONS.
        options: (option, value) in the order of the table; an option left out has its first value.
    """

    name: str
    options: tuple[tuple[str, str], ...] = field(default=())

    def __post_init__(self) -> None:
        """Fill in options and refuse what is not in the table."""
        if self.name not in OPERATIONS:
            raise SpecError(f"operation is {self.name!r}; allowed: {', '.join(OPERATIONS)}")
        given, known = dict(self.options), OPERATIONS[self.name].options
        if unknown := sorted(given.keys() - known.keys()):
            allowed = ", ".join(known) or "none"
            raise SpecError(f"{self.name} has no options {unknown}; allowed: {allowed}")
        for option, value in given.items():
            if value not in known[option]:
                allowed = ", ".join(map(repr, known[option]))
                raise SpecError(f"{option} of {self.name} is {value!r}; allowed: {allowed}")
        whole = tuple((option, given.get(option, known[option][0])) for option in known)
        object.__setattr__(self, "options", whole)

    @property
    def operation(self) -> Operation:
        """The operation's entry in the table."""
        return OPERATIONS[self.name]

    def option(self, name: str) -> str:
        """Return the value of an option."""
        return dict(self.options)[name]

    def __str__(self) -> str:
        """Name the operation and its options, e.g. "cross_entropy mean"."""
        return " ".join([self.name, *(value for _, value in self.options)])

    def to_json(self) -> dict[str, Any]:
        """Return the spec as plain JSON values, every option present."""
        return {"operation": self.name, "options": dict(self.options)}


def operation_spec(name: str, **options: str) -> OperationSpec:
    """Return the spec of an operation with options by their names."""
    return OperationSpec(name, tuple(options.items()))


@dataclass(frozen=True)
class Operations:
    """What an implementation of several operations computes, in place of a Spec.

    Attributes:
        specs: at least one, each once.
    """

    specs: tuple[OperationSpec, ...]

    def __post_init__(self) -> None:
        """Refuse none, and one that is there twice."""
        if not self.specs or len(set(self.specs)) < len(self.specs):
            names = ", ".join(map(str, self.specs)) or "nothing"
            raise SpecError(f"operations are {names}; list at least one, each once")


def operation_spec_from_json(data: Mapping[str, Any]) -> OperationSpec:
    """Build a spec from the values that to_json gave; options that are left out have defaults.

    Raises:
        SpecError: a field is unknown or missing, or a value is not allowed.
    """
    if not {"operation"} <= data.keys() <= {"operation", "options"}:
        raise SpecError(f"an operation has the fields operation and options, not {sorted(data)}")
    options = data.get("options", {})
    if not isinstance(options, Mapping):
        raise SpecError(f"options is {options!r}; it must be a table of options and values")
    return OperationSpec(str(data["operation"]), tuple(options.items()))


class OperationImplementation(Protocol):
    """An operation that can be computed, in process or behind a pipe.

    Arguments, results and gradients are flat: dotted names such as "params.weight_ih" belong
    together. Scalars are arrays without axes. Whole numbers and masks are int64 and bool.

    Attributes:
        spec: the operation.
        claims: "compute", "compute_vjp" where it gives gradients, dtypes and devices.
        facts: what the last call showed beside numbers, as in Implementation.
    """

    @property
    def spec(self) -> OperationSpec:
        """The operation."""
        ...

    @property
    def claims(self) -> frozenset[str]:
        """What it offers."""
        ...

    @property
    def facts(self) -> dict[str, Any]:
        """What the last call showed beside numbers."""
        ...

    def compute(self, arguments: Mapping[str, Array]) -> Arrays:
        """Return the results by name."""
        ...

    def compute_vjp(self, arguments: Mapping[str, Array], upstream: Mapping[str, Array]) -> Arrays:
        """Return "d.<argument>" of sum(upstream * results) for each argument differentiated.

        Args:
            arguments: as of compute.
            upstream: the gradient of each result, by the result's name.
        """
        ...


class OperationBind(Protocol):
    """Makes an implementation of an operation."""

    def __call__(
        self, spec: OperationSpec, dtype: str = "float64", device: str = "cpu"
    ) -> OperationImplementation:
        """Bind.

        Raises:
            Fault: the implementation is missing, failed, or the device is absent.
        """
        ...


def shape_of(axes: str, sizes: Mapping[str, int]) -> Shape:
    """Return the shape of an array with these axes."""
    return tuple(sizes[letter] for letter in axes)


def sizes_of(spec: OperationSpec, arguments: Mapping[str, Array]) -> dict[str, int]:
    """Return what each letter of the arguments' axes stands for.

    Raises:
        ValueError: an argument is missing, has another number of axes, or two of them disagree.
    """
    sizes: dict[str, int] = {}
    for argument in spec.operation.arguments:
        if argument.name not in arguments:
            asked = ", ".join(a.name for a in spec.operation.arguments)
            raise ValueError(f"{spec.name} was given no {argument.name}; it takes {asked}")
        _note_sizes(sizes, argument, arguments[argument.name])
    return sizes


def _note_sizes(sizes: dict[str, int], argument: Argument, array: Array) -> None:
    letters = ", ".join(argument.axes)
    if array.ndim != len(argument.axes):
        raise ValueError(f"{argument.name} has shape {array.shape}; it must be ({letters})")
    found = list(zip(argument.axes, array.shape, strict=True))
    if argument.kind == "size":
        found.append((argument.below, int(array)))
    for letter, size in found:
        if sizes.setdefault(letter, size) != size:
            raise ValueError(
                f"{argument.name} has shape {array.shape} = ({letters}); "
                f"{letter} is {sizes[letter]} elsewhere"
            )


def operation_shapes(spec: OperationSpec, call: str, sizes: Mapping[str, int]) -> dict[str, Shape]:
    """Return the names and shapes of what a call gives: results, or "d.<argument>" of a vjp."""
    operation = spec.operation
    if call == "compute":
        return {result.name: shape_of(result.axes, sizes) for result in operation.results}
    axes = {argument.name: argument.axes for argument in operation.arguments}
    return {f"d.{name}": shape_of(axes[name], sizes) for name in operation.differentiated}


def whole_results(spec: OperationSpec, call: str) -> frozenset[str]:
    """Return the names of the results that are whole numbers."""
    if call != "compute":
        return frozenset()
    return frozenset(result.name for result in spec.operation.results if result.kind == "int")


def operation_axes(spec: OperationSpec, name: str) -> str:
    """Return the axes of a result, or of "d.<argument>"."""
    every = {result.name: result.axes for result in spec.operation.results}
    every |= {f"d.{argument.name}": argument.axes for argument in spec.operation.arguments}
    return every[name]
