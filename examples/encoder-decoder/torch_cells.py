# rnncheck: encoder-decoder
"""torch's own cell with the weights at hand, each row of x alone."""

import torch


def run(params, x, h):
    """Return the states after each step."""
    nothing = torch.zeros_like(params["bias"])
    states = []
    for x_t in x:
        weights = params["weight_ih"], params["weight_hh"], params["bias"], nothing
        h = torch.rnn_tanh_cell(x_t, h, *weights)
        states.append(h)
    return states


def encoder_decoder(encoder, decoder, x, lengths, fed, h0):
    """Encode row by row, decode together."""
    rows = range(len(lengths))
    last = [run(encoder, x[: lengths[b], b : b + 1], h0[b : b + 1])[-1] for b in rows]
    return torch.stack(run(decoder, fed, torch.cat(last)))
