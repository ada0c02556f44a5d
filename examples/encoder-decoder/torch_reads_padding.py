# rnncheck: encoder-decoder
"""The encoder runs on past the end of a row."""

import torch


def step(params, x, h):
    """Return the next state."""
    return torch.tanh(x @ params["weight_ih"].T + h @ params["weight_hh"].T + params["bias"])


def encoder_decoder(encoder, decoder, x, lengths, fed, h0):
    """Run both."""
    h = h0
    for t, x_t in enumerate(x):
        h = torch.where((t < lengths + len(x))[:, None], step(encoder, x_t, h), h)
    outputs = []
    for x_t in fed:
        h = step(decoder, x_t, h)
        outputs.append(h)
    return torch.stack(outputs)
