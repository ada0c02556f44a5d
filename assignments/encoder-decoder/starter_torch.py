# rnncheck: encoder-decoder
"""An encoder and a decoder in PyTorch.

Keep the line above: it says which assignment this is. To check your file:

    rnncheck check my_encoder_decoder.py
"""

import torch  # noqa: F401 (you will need it)


def encoder_decoder(encoder, decoder, x, lengths, fed, h0):
    """Hand the encoder's last state to the decoder.

    Args:
        encoder: a dict: weight_ih (H, D), weight_hh (H, H) and bias (H,) of an Elman network,
            h_t = tanh(weight_ih x_t + weight_hh h_{t-1} + bias).
        decoder: the same of the other one, whose weight_ih is (H, E).
        x: the encoder's inputs, (S, B, D); what they hold past a row's length does not count.
        lengths: how many steps each row of x has, from 1 to S, (B,).
        fed: the decoder's inputs, (T, B, E).
        h0: the encoder's initial state, (B, H).

    Returns:
        The decoder's state after each of its steps, (T, B, H).
    """
    raise NotImplementedError("write encoder_decoder")
