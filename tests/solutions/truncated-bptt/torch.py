# rnncheck: truncated-bptt
"""Truncated BPTT in PyTorch."""

import torch


def run(params, x, h):
    """Return h after each step."""
    states = []
    for x_t in x:
        a = x_t @ params["weight_ih"].T + h @ params["weight_hh"].T + params["bias"]
        h = torch.tanh(a)
        states.append(h)
    return states


def truncated_bptt(params, x, h0, d_outputs, k):
    """Run window by window."""
    own = {name: p.clone().requires_grad_() for name, p in params.items()}
    x, h0 = x.clone().requires_grad_(), h0.clone().requires_grad_()
    state, outputs = h0, []
    for start in range(0, len(x), k):
        outputs += run(own, x[start : start + k], state if not start else state.detach())
        state = outputs[-1]
    leaves = [*own.values(), x, h0]
    grads = torch.autograd.grad(torch.stack(outputs), leaves, d_outputs)
    return dict(zip(own, grads, strict=False)), grads[-2], grads[-1]
