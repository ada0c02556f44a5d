"""PyTorch's own cell through time, called as the operations are: BPTT cut, flow, topologies."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rnncheck.protocol.operations import OperationSpec, operation_spec

Params = Mapping[str, Any]


_CELL = "torch.rnn_tanh_cell"
NAMES: dict[OperationSpec, str] = {
    operation_spec("truncated_bptt"): f"{_CELL}, Tensor.detach",
    operation_spec("rtrl"): f"{_CELL}, torch.autograd",
    operation_spec("gradient_flow"): f"{_CELL}, torch.autograd",
    operation_spec("sequence_to_vector"): _CELL,
    operation_spec("vector_to_sequence", feed="first"): _CELL,
    operation_spec("vector_to_sequence", feed="every"): f"{_CELL}[every]",
    operation_spec("encoder_decoder"): _CELL,
    operation_spec("generate"): _CELL,
}


def _step(params: Params, x: Any, h: Any) -> Any:
    import torch

    weight_ih, weight_hh, bias = params["weight_ih"], params["weight_hh"], params["bias"]
    return torch.rnn_tanh_cell(x, h, weight_ih, weight_hh, bias, torch.zeros_like(bias))


def _run(params: Params, x: Any, h: Any) -> list[Any]:
    """Return h after each step."""
    states = []
    for x_t in x:
        h = _step(params, x_t, h)
        states.append(h)
    return states


def truncated_bptt(params: Params, x: Any, h0: Any, d_outputs: Any, k: int) -> Any:
    """Detach the state every k steps."""
    import torch

    leaves = [t.clone().requires_grad_() for t in (*params.values(), x, h0)]
    own, h = dict(zip(params, leaves, strict=False)), leaves[-1]
    outputs = []
    for t, x_t in enumerate(leaves[-2]):
        h = _step(own, x_t, h.detach() if t and t % k == 0 else h)
        outputs.append(h)
    grads = torch.autograd.grad(torch.stack(outputs), leaves, d_outputs)
    return dict(zip(params, grads, strict=False)), grads[-2], grads[-1]


def rtrl(params: Params, x: Any, h0: Any, d_outputs: Any) -> Any:
    """Take by BPTT what RTRL carries forward."""
    import torch

    own = {name: p.clone().requires_grad_() for name, p in params.items()}
    states = _run(own, x, h0)
    units = torch.eye(h0.numel(), dtype=h0.dtype).reshape(-1, *h0.shape)
    (rows,) = torch.autograd.grad(
        states[-1], [own["weight_hh"]], units, retain_graph=True, is_grads_batched=True
    )
    grads = torch.autograd.grad(torch.stack(states), list(own.values()), d_outputs)
    influence = rows.reshape(*h0.shape, *own["weight_hh"].shape)  # (B, H, H, H)
    return dict(zip(own, grads, strict=True)), influence


def gradient_flow(params: Params, x: Any, h0: Any) -> Any:
    """Differentiate each unit of the final state by every state before."""
    import torch

    h = h0.clone().requires_grad_()
    states = [h, *_run(params, x, h)]
    found = []
    for unit in range(h0.shape[1]):
        total = states[-1][:, unit].sum()
        found.append(torch.stack(torch.autograd.grad(total, states[:-1], retain_graph=True)))
    jacobians = torch.stack(found, dim=2)  # (T, B, H, H)
    return jacobians, torch.linalg.matrix_norm(jacobians, ord=2)


def _masked(params: Params, x: Any, h: Any, lengths: Any) -> Any:
    """Return h after each row's last step."""
    for t, x_t in enumerate(x):
        h = _step(params, x_t, h).where((t < lengths)[:, None], h)
    return h


def sequence_to_vector(params: Params, x: Any, h0: Any, lengths: Any) -> Any:
    """Keep the state of a row that has ended."""
    return _masked(params, x, h0, lengths)


def vector_to_sequence(params: Params, vector: Any, h0: Any, steps: int, *, feed: str) -> Any:
    """Feed the vector, or zeros after the first step."""
    import torch

    again = vector if feed == "every" else torch.zeros_like(vector)
    return torch.stack(_run(params, [vector, *[again] * (steps - 1)], h0))


def encoder_decoder(
    encoder: Params, decoder: Params, x: Any, lengths: Any, fed: Any, h0: Any
) -> Any:
    """Hand the encoder's final state to the decoder."""
    import torch

    return torch.stack(_run(decoder, fed, _masked(encoder, x, h0, lengths)))


def generate(params: Params, h0: Any, first: Any, end: int, most: int) -> Any:
    """Feed the largest output back, one-hot."""
    import torch

    h, token, going = h0, first, torch.ones_like(first, dtype=torch.bool)
    tokens, lengths = [], torch.zeros_like(first)
    for _ in range(most):
        read = torch.nn.functional.one_hot(token, len(params["bias_o"])).to(h0.dtype)
        h = _step(params, read, h)
        token = torch.nn.functional.linear(h, params["weight_ho"], params["bias_o"]).argmax(dim=1)
        tokens.append(token.where(going, -1))
        lengths = lengths + going
        going = going & (token != end)
    return torch.stack(tokens), lengths
