# rnncheck: rtrl
"""RTRL in PyTorch."""

import torch


def rtrl(params, x, h0, d_outputs):
    """Carry d h[b, i] / d weight forward, step by step."""
    batch, hidden = h0.shape
    h, eye = h0, torch.eye(hidden)
    ones = torch.ones(batch, 1)
    seen = {"weight_ih": x[0], "weight_hh": h0, "bias": ones}
    influence = {n: torch.zeros(batch, hidden, hidden, s.shape[1]) for n, s in seen.items()}
    grads = {name: torch.zeros_like(p) for name, p in params.items()}
    for x_t, d in zip(x, d_outputs, strict=True):
        seen = {"weight_ih": x_t, "weight_hh": h, "bias": ones}
        h = torch.tanh(x_t @ params["weight_ih"].T + h @ params["weight_hh"].T + params["bias"])
        slope = (1 - h**2)[:, :, None, None]
        for name, s in influence.items():
            direct = torch.einsum("ij,bk->bijk", eye, seen[name])
            before = torch.einsum("il,bljk->bijk", params["weight_hh"], s)
            influence[name] = slope * (direct + before)
            grads[name] += torch.einsum("bi,bijk->jk", d, influence[name]).reshape(
                grads[name].shape
            )
    return grads, influence["weight_hh"]
