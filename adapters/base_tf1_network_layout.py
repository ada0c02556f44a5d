"""What the TF1 adapters of whole networks share on the judge's side: layout, lines to rerun."""

from __future__ import annotations

from collections.abc import Collection

from rnncheck.adapters.base_dense import DenseLayout
from rnncheck.adapters.base_parts import PartsLayout, cells, parameter_names
from rnncheck.adapters.base_tf1_layout import Tf1Layout
from rnncheck.adapters.base_tf1_rerun import Rerun
from rnncheck.protocol.spec import Spec

START = "tensorflow.compat.v1:nn.rnn_cell."


class Tf1NetworkLayout(DenseLayout):
    """Weights "l0.kernel" and so on, cell by cell, then "dense.kernel" (R, O); states "l0.c"."""

    def __init__(self, loop: str = "dynamic") -> None:
        """Give each cell the layout of TF1's cells; the loop says how a sequence is rerun."""
        super().__init__(PartsLayout(Tf1Layout(), cells), "dense.kernel", transposed=True)
        self.loop = loop

    def rerun(
        self, spec: Spec, call: str, name: str, given: Collection[str] | None = None
    ) -> list[str]:
        """Return lines that reproduce a call; `given` None means x and the whole state."""
        lines, own = Rerun(spec, call, name, given), parameter_names(self, spec)
        if self.loop == "bidirectional":
            return lines.in_graph(lines.both_ways(), own)
        run = lines.step()
        if not call.startswith("step"):
            swap = ", swap_memory=True" if self.loop == "swapped" else ""
            words = f"{lines.words()}, time_major={spec.time_major}{swap}"
            run = [f"outputs, state = tf.nn.dynamic_rnn(cell, x{words})"]
        return lines.in_graph([lines.construct, *run], own)
