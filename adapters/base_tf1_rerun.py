"""The lines that reproduce a call of a TF1 cell without rnncheck."""

from __future__ import annotations

from collections.abc import Collection

from rnncheck.adapters.base_rerun import variables
from rnncheck.adapters.base_tf1_layout import options, state_kinds
from rnncheck.protocol.spec import Spec


class Rerun:
    """The lines of one call, in a graph and session or eagerly."""

    def __init__(self, spec: Spec, call: str, name: str, given: Collection[str] | None) -> None:
        """Name the variables; `given` None means x and the whole state."""
        self.spec, self.vjp = spec, call.endswith("_vjp")
        self.old, self.new = variables(call, state_kinds(spec), given)
        self.lengths = given is not None and "lengths" in given
        words = [f"{k}={_word(k, v)}" for k, v in options(spec).items()]
        self.construct = f"cell = {name}({', '.join([str(spec.hidden_sizes[0]), *words])})"

    def start(self) -> str:
        """Write the initial state."""
        both = f"tf.nn.rnn_cell.LSTMStateTuple({', '.join(self.old)})"
        return both if self.spec.cell == "lstm" else self.old[0]

    def loss(self) -> str:
        """Write the sum whose gradients a vjp takes."""
        terms = [f"tf.reduce_sum(d_{n.removeprefix('new_')} * {n})" for n in self.new]
        return " + ".join(["tf.reduce_sum(d_outputs * outputs)", *terms])

    def gradients(self, params: Collection[str]) -> str:
        """Write the names of the gradients."""
        return ", ".join(f"d_{n}" for n in ["x", *self.old, *params])

    def unpack(self) -> str:
        """Write the line that takes the new state apart."""
        return f"{', '.join(self.new)} = state"

    def step(self) -> list[str]:
        """Write the call of a step."""
        state = self.start() if self.old else "cell.zero_state(tf.shape(x)[0], tf.float64)"
        return [f"outputs, state = cell(x, {state})"]

    def words(self) -> str:
        """Write the keyword arguments of a loop."""
        start = f", initial_state={self.start()}" if self.old else ", dtype=tf.float64"
        return start + (", sequence_length=lengths" if self.lengths else "")

    def in_graph(self, run: list[str], params: Collection[str]) -> list[str]:
        """Return the lines in a graph and a session; `run` leaves "outputs" and "state"."""
        given = ", ".join(["x", *self.old])
        lines = [
            *(f"{name} = tf.constant({name})" for name in ["x", *self.old]),
            self.construct,
            *run,
            self.unpack(),
        ]
        fetch = f"[{', '.join(['outputs', *self.new])}]"
        names = fetch[1:-1]
        if self.vjp:
            lines += [f"loss = {self.loss()}"]
            fetch = f"tf.gradients(loss, [{given}, *tf.trainable_variables()])"
            lines += [f"fetch = {fetch}"]
            names, fetch = self.gradients(params), "fetch"
        lines += [
            "session.run(tf.global_variables_initializer())",
            "for variable, value in zip(tf.trainable_variables(), params.values()):",
            "    session.run(variable.assign(value))",
            f"{names} = session.run({fetch})",
        ]
        start = "with tf.Graph().as_default(), tf.Session() as session:"
        return [*IMPORTS, start, *(f"    {line}" for line in lines)]

    def eagerly(self, params: Collection[str]) -> list[str]:
        """Return the lines of one step under tf.GradientTape."""
        given = ", ".join(["x", *self.old])
        run = [*self.step(), self.unpack()]
        lines = [*(f"{name} = tf.constant({name})" for name in ["x", *self.old]), self.construct]
        lines += [*self.step(), "cell.set_weights([*params.values()])  # that step made them"]
        if not self.vjp:
            return [*IMPORTS, *lines, *run]
        return [
            *IMPORTS,
            *lines,
            "with tf.GradientTape() as tape:",
            f"    tape.watch([{given}])",
            *(f"    {line}" for line in run),
            f"    loss = {self.loss()}",
            f"{self.gradients(params)} = tape.gradient(loss, [{given}, *cell.variables])",
        ]


IMPORTS = [
    "import os",
    'os.environ["TF_USE_LEGACY_KERAS"] = "1"  # before TensorFlow is first imported',
    "import tensorflow.compat.v1 as tf",
    'tf.keras.backend.set_floatx("float64")',
]


def _word(key: str, value: object) -> str:
    if key != "activation":
        return repr(value)
    return "tf.identity" if value == "identity" else f"tf.nn.{value}"
