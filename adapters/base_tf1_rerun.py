"""The lines that reproduce a call of a TF1 cell without rnncheck."""

from __future__ import annotations

from collections.abc import Collection

from rnncheck.adapters.base_parts import cells
from rnncheck.adapters.base_rerun import variable, variables
from rnncheck.adapters.base_tf1_layout import options, state_kinds
from rnncheck.protocol.names import layer_width
from rnncheck.protocol.spec import Spec


class Rerun:
    """The lines of one call, in a graph and session or eagerly."""

    def __init__(
        self,
        spec: Spec,
        call: str,
        name: str,
        given: Collection[str] | None,
        *,
        joined: bool = False,
    ) -> None:
        """Name the variables; `given` None means x and the whole state.

        Args:
            spec: the network.
            call: the call of the protocol.
            name: of the cell's class.
            given: native names of the arguments, None for x and the whole state.
            joined: an LSTM's state is one tensor [c, h].
        """
        self.spec, self.vjp, self.parts = spec, call.endswith("_vjp"), cells(spec)
        kinds = ["ch"] if joined else state_kinds(spec)
        pairs = [variables(call, [part.name + k for k in kinds], given) for part in self.parts]
        self.olds, self.news = [old for old, _ in pairs], [new for _, new in pairs]
        self.old, self.new = (
            [n for names in half for n in names] for half in zip(*pairs, strict=True)
        )
        self.lengths = given is not None and "lengths" in given
        words = [f"{k}={_word(k, v)}" for k, v in options(spec).items()]
        words += ["state_is_tuple=False"] * joined
        self.made = [
            f"{name}({', '.join([str(part.spec.hidden_sizes[0]), *words])})" for part in self.parts
        ]
        many = f"tf.nn.rnn_cell.MultiRNNCell([{', '.join(self.made)}])"
        self.construct = f"cell = {many if len(self.made) > 1 else self.made[0]}"

    def start(self) -> str:
        """Write the initial state."""
        return _listed([_state(names) for names in self.olds])

    def both_ways(self) -> list[str]:
        """Write the loops of layers in both directions; they leave "outputs" and "state"."""
        run, x = [], "x"
        for layer in range(len(self.spec.hidden_sizes)):
            at = slice(2 * layer, 2 * layer + 2)
            words = f", sequence_length={'lengths' if self.lengths else None}, dtype=tf.float64"
            if self.old:
                ways = zip(("fw", "bw"), self.olds[at], strict=True)
                words += "".join(f", initial_state_{way}={_state(names)}" for way, names in ways)
            words += f', time_major={self.spec.time_major}, scope="layer{layer}"'
            start = f"tf.nn.bidirectional_dynamic_rnn({', '.join(self.made[at])}"
            run += [f"outputs, state{layer} = {start}, {x}{words})"]
            run += ["outputs = tf.concat(outputs, 2)"]
            x = "outputs"
        states = " + ".join(f"state{layer}" for layer in range(len(self.spec.hidden_sizes)))
        return [*run, f"state = {states}"]

    def dense(self) -> list[str]:
        """Write the dense layer after each step, where there is one: reshape, dense, reshape."""
        size, width = self.spec.output_size, layer_width(self.spec, len(self.spec.hidden_sizes) - 1)
        if not size:
            return []
        line = f"tf.matmul(tf.reshape(outputs, (-1, {width})), kernel) + bias"
        if self.spec.output_activation != "identity":
            line = f"tf.nn.{self.spec.output_activation}({line})"
        return [
            f'kernel = tf.get_variable("kernel", ({width}, {size}), tf.float64)',
            f'bias = tf.get_variable("bias", ({size},), tf.float64)',
            f"outputs = tf.reshape({line}, (*outputs.shape[:2], {size}))",
        ]

    def loss(self) -> str:
        """Write the sum whose gradients a vjp takes."""
        terms = [f"tf.reduce_sum(d_{n.removeprefix('new_')} * {n})" for n in self.new]
        return " + ".join(["tf.reduce_sum(d_outputs * outputs)", *terms])

    def gradients(self, params: Collection[str]) -> str:
        """Write the names of the gradients."""
        return ", ".join(f"d_{variable(n)}" for n in ["x", *self.old, *params])

    def unpack(self) -> str:
        """Write the line that takes the new state apart."""
        return f"{_listed([_listed(names) for names in self.news])} = state"

    def step(self) -> list[str]:
        """Write the call of a step."""
        state = self.start() if self.old else "cell.zero_state(tf.shape(x)[0], tf.float64)"
        return [f"outputs, state = cell(x, {state})"]

    def words(self) -> str:
        """Write the keyword arguments of a loop."""
        start = f", initial_state={self.start()}" if self.old else ", dtype=tf.float64"
        return start + (", sequence_length=lengths" if self.lengths else "")

    def in_graph(self, run: list[str], params: Collection[str]) -> list[str]:
        """Return the lines in a graph and a session; `run` makes cells, "outputs" and "state"."""
        given = ", ".join(["x", *self.old])
        lines = [
            *(f"{name} = tf.constant({name})" for name in ["x", *self.old]),
            *run,
            *self.dense(),
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


def _listed(names: list[str]) -> str:
    return f"({', '.join(names)})" if len(names) > 1 else names[0]


def _state(names: list[str]) -> str:
    if len(names) < 2:
        return "".join(names)
    return f"tf.nn.rnn_cell.LSTMStateTuple({', '.join(names)})"
