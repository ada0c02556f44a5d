# rnncheck: lstm-projection
"""An LSTM with a projection, in PyTorch.

Keep the line above: it says which assignment this is. To check your file:

    rnncheck check my_lstm_projection.py
"""

import torch


class LSTM(torch.nn.Module):
    """A drop-in for torch.nn.LSTM with proj_size.

        i = sigmoid(W_ih_i x_t + b_ih_i + W_hh_i h_{t-1} + b_hh_i)   input gate
        f = sigmoid(W_ih_f x_t + b_ih_f + W_hh_f h_{t-1} + b_hh_f)   forget gate
        g = tanh   (W_ih_g x_t + b_ih_g + W_hh_g h_{t-1} + b_hh_g)   candidate
        o = sigmoid(W_ih_o x_t + b_ih_o + W_hh_o h_{t-1} + b_hh_o)   output gate
        c_t = f * c_{t-1} + i * g                                    cell state
        h_t = W_hr (o * tanh(c_t))                                   hidden state, projected

    The gates follow each other in the order i, f, g, o: the first H rows belong to i.
    """

    def __init__(self, input_size, hidden_size, proj_size=0):
        """Create the parameters, with the names and shapes of torch.nn.LSTM."""
        super().__init__()
        self.hidden_size, self.proj_size = hidden_size, proj_size
        rows = 4 * hidden_size
        self.weight_ih_l0 = torch.nn.Parameter(torch.empty(rows, input_size))
        self.weight_hh_l0 = torch.nn.Parameter(torch.empty(rows, proj_size))
        self.bias_ih_l0 = torch.nn.Parameter(torch.empty(rows))
        self.bias_hh_l0 = torch.nn.Parameter(torch.empty(rows))
        self.weight_hr_l0 = torch.nn.Parameter(torch.empty(proj_size, hidden_size))
        for parameter in self.parameters():
            torch.nn.init.uniform_(parameter, -(hidden_size**-0.5), hidden_size**-0.5)

    def forward(self, x, state=None):
        """Compute the whole sequence.

        Args:
            x: inputs, (T, B, D): time first.
            state: the tuple (h, c), h (1, B, P) and c (1, B, H); None means zeros.

        Returns:
            The outputs, which are h of every step, (T, B, P), and the final state (h, c), of the
            shapes of the given one.
        """
        raise NotImplementedError("write forward")
