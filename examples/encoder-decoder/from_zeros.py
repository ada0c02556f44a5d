# rnncheck: encoder-decoder
"""The decoder starts from zeros."""

import numpy as np


def forward(params, x, h0, valid):
    """Return h before the first step and after each; a step that is not valid keeps it."""
    h = [h0]
    for t, x_t in enumerate(x):
        a = x_t @ params["weight_ih"].T + h[-1] @ params["weight_hh"].T + params["bias"]
        h.append(np.where(valid[t], np.tanh(a), h[-1]))
    return np.stack(h)


def backward(params, x, h, valid, d_outputs, d_h):
    """Return the gradients of the parameters, the inputs and the initial state."""
    grads = {name: np.zeros_like(array) for name, array in params.items()}
    d_x = np.zeros_like(x)
    for t in reversed(range(len(x))):
        d_h = d_h + d_outputs[t]
        d_a = np.where(valid[t], d_h * (1 - h[t + 1] ** 2), 0)
        grads["weight_ih"] += d_a.T @ np.where(valid[t], x[t], 0)
        grads["weight_hh"] += d_a.T @ h[t]
        grads["bias"] += d_a.sum(axis=0)
        d_x[t] = d_a @ params["weight_ih"]
        d_h = np.where(valid[t], d_a @ params["weight_hh"], d_h)
    return grads, d_x, d_h


def masks(x, fed, lengths):
    """Return which steps of the encoder and of the decoder count, (S, B, 1) and (T, B, 1)."""
    read = (np.arange(len(x))[:, None] < lengths)[:, :, None]
    return read, np.ones((*fed.shape[:2], 1), bool)


def encoder_decoder(encoder, decoder, x, lengths, fed, h0):
    """Run both."""
    read, every = masks(x, fed, lengths)
    last = forward(encoder, x, h0, read)[-1]
    return forward(decoder, fed, 0 * last, every)[1:]


def encoder_decoder_backward(encoder, decoder, x, lengths, fed, h0, d_outputs):
    """Go back through the decoder, then through the encoder."""
    read, every = masks(x, fed, lengths)
    h = forward(encoder, x, h0, read)
    last = h[-1]
    shown = forward(decoder, fed, 0 * last, every)
    nothing = np.zeros_like(h0)
    d_decoder, d_fed, d_last = backward(decoder, fed, shown, every, d_outputs, nothing)
    silent = np.zeros_like(h[1:])
    d_encoder, d_x, d_h0 = backward(encoder, x, h, read, silent, 0 * d_last)
    return d_encoder, d_decoder, d_x, d_fed, d_h0
