"""Operations on Elman networks with tanh: what is trained through time, and four topologies.

h_t = tanh(weight_ih x_t + weight_hh h_(t-1) + bias),    outputs_t = h_t
"""

from __future__ import annotations

from rnncheck.protocol.operation_kinds import Argument, Operation, Result

WEIGHT = 0.75  # larger ones would saturate


def _cell(group: str, width: str) -> tuple[Argument, ...]:
    return (
        Argument(f"{group}.weight_ih", f"H{width}", bound=WEIGHT),
        Argument(f"{group}.weight_hh", "HH", bound=WEIGHT),
        Argument(f"{group}.bias", "H", bound=WEIGHT),
    )


PARAMS = _cell("params", "D")
NAMES = tuple(argument.name for argument in PARAMS)
X, H0 = Argument("x", "TBD"), Argument("h0", "BH", bound=0.875)
D_OUTPUTS = Argument("d_outputs", "TBH", bound=1.0)
D_PARAMS = tuple(Result(f"d_{argument.name}", argument.axes) for argument in PARAMS)

NETWORKS: dict[str, Operation] = {
    "truncated_bptt": Operation(
        "the gradients of sum(d_outputs * outputs) where the state is a constant every k steps",
        (*PARAMS, X, H0, D_OUTPUTS, Argument("k", kind="int", usual=2)),
        (*D_PARAMS, Result("d_x", "TBD"), Result("d_h0", "BH")),
    ),
    "rtrl": Operation(
        "the gradients of sum(d_outputs * outputs), carried forward in time, and d h_T / d weight_hh",
        (*PARAMS, X, H0, D_OUTPUTS),
        (*D_PARAMS, Result("influence", "BHHH")),
    ),
    "gradient_flow": Operation(
        "d h_T / d h_t for t from 0 to T - 1, h_0 the initial state, and their spectral norms",
        (*PARAMS, X, H0),
        (Result("jacobians", "TBHH"), Result("norms", "TB")),
    ),
    "sequence_to_vector": Operation(
        "the output of each row's last step",
        (*PARAMS, X, H0, Argument("lengths", "B", "length", "T")),
        (Result("vector", "BH"),),
        (*NAMES, "x", "h0"),
    ),
    "vector_to_sequence": Operation(
        "the outputs of T steps that read one vector, at the first step and zeros then or at each",
        (*PARAMS, Argument("vector", "BD"), H0, Argument("steps", kind="size", below="T")),
        (Result("outputs", "TBH"),),
        (*NAMES, "vector", "h0"),
        {"feed": ("first", "every")},
    ),
    "encoder_decoder": Operation(
        "the outputs of a decoder that starts from the state in which an encoder ends",
        (
            *_cell("encoder", "D"),
            *_cell("decoder", "E"),
            Argument("x", "SBD"),
            Argument("lengths", "B", "length", "S"),
            Argument("fed", "TBE"),
            H0,
        ),
        (Result("outputs", "TBH"),),
        (
            *(argument.name for argument in (*_cell("encoder", "D"), *_cell("decoder", "E"))),
            *("x", "fed", "h0"),
        ),
    ),
    "generate": Operation(
        "the tokens that a network writes, each read at the next step, until the end token",
        (
            *_cell("params", "V"),
            Argument("params.weight_ho", "VH"),
            Argument("params.bias_o", "V", bound=WEIGHT),
            H0,
            Argument("first", "B", "index", "V"),
            Argument("end", kind="int", usual=0),
            Argument("most", kind="size", below="T"),
        ),
        (Result("tokens", "TB", "int"), Result("lengths", "B", "int")),
    ),
}
