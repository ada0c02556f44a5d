"""The frameworks' own classes as producers of goldens, each framework in a worker of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from pathlib import Path

from rnncheck import adapters
from rnncheck.adapters.base import Adapter, Target
from rnncheck.adapters.base_operations import OperationAdapter
from rnncheck.fixtures.agreement import Producer, compare, needs
from rnncheck.fixtures.files import FOLDER
from rnncheck.fixtures.findings import Finding
from rnncheck.fixtures.golden import Golden
from rnncheck.fixtures.operation_producers import Chosen, compare_operations
from rnncheck.fixtures.operation_records import operation_records
from rnncheck.fixtures.rewriting import Question, plain, rewrite
from rnncheck.grading.opened import spec_of
from rnncheck.protocol.implementation import Implementation
from rnncheck.protocol.names import Array
from rnncheck.protocol.spec import Spec, SpecError
from rnncheck.worker.client import Loaded, Session

FRAMEWORKS = {"torch": "torch", "keras": "keras3", "tf1": "tf1"}
EXTRAS = {"torch": "torch", "keras": "tensorflow", "tf1": "tensorflow"}
NAMES = {"torch": "torch", "keras": "Keras", "tf1": "TF1"}

# Fields of a spec that a class's constructor takes besides what its targets list.
_TF1 = "tensorflow.compat.v1:nn.rnn_cell."
_TAKES: dict[str, tuple[str, ...]] = {
    "torch.nn:LSTM": ("projection",),
    "keras.layers:SimpleRNN": ("activation", "directions"),
    "keras.layers:LSTM": ("activation", "directions"),
    "keras.layers:GRU": ("activation", "directions"),
    f"{_TF1}BasicRNNCell": ("activation",),
    f"{_TF1}BasicLSTMCell": ("activation", "forget_bias"),
    f"{_TF1}LSTMCell": ("activation", "forget_bias", "cell_clip", "projection"),
    f"{_TF1}GRUCell": ("activation",),
}
_TAKES_NO_BIAS = ("torch", "keras3")


def compare_framework(
    framework: str, names: Iterable[str], folder: Path = FOLDER
) -> Iterator[Finding]:
    """Compare a framework's classes with goldens, in a worker.

    Args:
        framework: a key of FRAMEWORKS.
        names: of the goldens.
        folder: with the manifest and the files.

    Yields:
        For each golden one finding, whose check is the framework: passed if a class agrees and
        none that can express the golden disagrees.

    Raises:
        Fault: "absent": the framework is not there.
    """
    with Session.start(FRAMEWORKS[framework]) as session:
        producers, operations = _producers(session), _operation_producers(session)
        for name in names:
            if name in operation_records():
                found = compare_operations(operations, [name], folder)
            else:
                found = compare(producers, folder, [name])
            yield _merged(name, framework, found)


def _merged(name: str, framework: str, findings: Iterable[Finding]) -> Finding:
    found = list(findings)
    wrong = [f"{f.check}: {f.detail}" for f in found if f.status == "failed"]
    if wrong:
        return Finding(name, framework, "failed", "; ".join(wrong))
    if any(f.status == "passed" for f in found):
        return Finding(name, framework, "passed")
    return Finding(name, framework, "not claimed", "no class of it can express this")


def _producers(session: Session) -> dict[str, Producer]:
    return {
        f"{adapter.name}[{target.name}]": Producer(
            _Lazy(session, adapter, target), partial(ask, adapter, target)
        )
        for adapter, target in classes(session.world)
    }


def _operation_producers(session: Session) -> dict[str, Chosen]:
    found = map(adapters.load_operations, adapters.operation_names())
    return {
        adapter.name: _chosen(session, adapter)
        for adapter in found
        if adapter.world == session.world and adapter.targets
    }


def _chosen(session: Session, adapter: OperationAdapter) -> Chosen:
    """Return what binds a golden's operation where a framework has it, else gives None."""
    loaded = session.load_target(adapter.name, f"{adapter.own}:")
    have = {target.spec for target in adapter.targets}
    return lambda golden: loaded.bind_operation if golden.spec in have else None


def classes(world: str) -> list[tuple[Adapter, Target]]:
    """Return the classes of a world that could compute a golden, and how they are seen.

    One that draws its own dropout masks cannot.
    """
    found = [adapters.load(name) for name in adapters.names()]
    return [
        (adapter, target)
        for adapter in found
        if adapter.world == world
        for target in adapter.targets
        if _could(adapter.claims(spec_of(target.options)))
    ]


def _could(claims: frozenset[str]) -> bool:
    return "sequence" in claims and "dropout_drawn" not in claims


def ask(adapter: Adapter, target: Target, golden: Golden) -> Question:
    """Put a golden to a class.

    Raises:
        SpecError: the class cannot express it.
    """
    question = rewrite(plain(golden), _wanted(adapter, target, golden.spec))
    missing = needs(question.arguments) - adapter.claims(question.spec)
    if missing:
        raise SpecError(f"{target.name} lacks {', '.join(sorted(missing))}")
    return question


def _wanted(adapter: Adapter, target: Target, spec: Spec) -> Spec:
    """Return what the class computes at a golden's sizes, constructed as close to it as can be."""
    own = spec_of(target.options)
    if own.cell != spec.cell:
        raise SpecError(f"{target.name} is no {spec.cell}")
    if _form(own) != _form(spec):
        raise SpecError(f"{target.name} has other layers or directions")
    taken = ["input_size", "hidden_sizes", "gates", *_TAKES.get(target.path, ())]
    if own.output_size and spec.output_size:
        taken.append("output_size")
    if spec.biases == "none" and adapter.world in _TAKES_NO_BIAS:
        taken.append("biases")
    return own.with_(**{name: getattr(spec, name) for name in taken})


def _form(spec: Spec) -> tuple[bool, bool]:
    return len(spec.hidden_sizes) > 1, len(spec.directions) > 1


class _Lazy:
    """Binds a class, loaded in the worker when it is first bound."""

    def __init__(self, session: Session, adapter: Adapter, target: Target) -> None:
        self._load: Callable[[], Loaded] = partial(session.load_target, adapter.name, target.path)
        self._loaded: Loaded | None = None

    def __call__(
        self, spec: Spec, params: Mapping[str, Array], dtype: str = "float64", device: str = "cpu"
    ) -> Implementation:
        """Bind; see protocol.implementation.Bind."""
        self._loaded = self._loaded or self._load()
        return self._loaded.bind(spec, params, dtype, device)
