# rnncheck: lstm
"""An LSTM over a sequence, in PyTorch.

Keep the line above: it says which assignment this is. To check your file:

    rnncheck check my_lstm.py
"""

import torch


class LSTM(torch.nn.Module):
    """A drop-in for torch.nn.LSTM.

        i = sigmoid(W_ih_i x_t + b_ih_i + W_hh_i h_{t-1} + b_hh_i)   input gate
        f = sigmoid(W_ih_f x_t + b_ih_f + W_hh_f h_{t-1} + b_hh_f)   forget gate
        g = tanh   (W_ih_g x_t + b_ih_g + W_hh_g h_{t-1} + b_hh_g)   candidate
        o = sigmoid(W_ih_o x_t + b_ih_o + W_hh_o h_{t-1} + b_hh_o)   output gate
        c_t = f * c_{t-1} + i * g                                    cell state
        h_t = o * tanh(c_t)                                          hidden state

    The gates follow each other in the order i, f, g, o: the first H rows belong to i.
    """

    def __init__(self, input_size, hidden_size):
        """Create the parameters, with the names and shapes of torch.nn.LSTM."""
        super().__init__()
        self.hidden_size = hidden_size
        rows = 4 * hidden_size
        self.weight_ih_l0 = torch.nn.Parameter(torch.empty(rows, input_size))
        self.weight_hh_l0 = torch.nn.Parameter(torch.empty(rows, hidden_size))
        self.bias_ih_l0 = torch.nn.Parameter(torch.empty(rows))
        self.bias_hh_l0 = torch.nn.Parameter(torch.empty(rows))
        for parameter in self.parameters():
            torch.nn.init.uniform_(parameter, -(hidden_size**-0.5), hidden_size**-0.5)

    def forward(self, x, state=None):
        """Compute the whole sequence.

        Args:
            x: inputs, (T, B, D): time first.
            state: the tuple (h, c), each (1, B, H); None means zeros.

        Returns:
            The outputs, which are h of every step, (T, B, H), and the final state
            (h, c), each (1, B, H).
        """
        raise NotImplementedError("write forward")
