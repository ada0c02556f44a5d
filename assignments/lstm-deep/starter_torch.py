# rnncheck: lstm-deep
"""A deep LSTM over a sequence, in PyTorch.

Keep the line above: it says which assignment this is. To check your file:

    rnncheck check my_lstm_deep.py
"""

import torch


class LSTM(torch.nn.Module):
    """A drop-in for torch.nn.LSTM with num_layers.

        i = sigmoid(W_ih_i x_t + b_ih_i + W_hh_i h_{t-1} + b_hh_i)   input gate
        f = sigmoid(W_ih_f x_t + b_ih_f + W_hh_f h_{t-1} + b_hh_f)   forget gate
        g = tanh   (W_ih_g x_t + b_ih_g + W_hh_g h_{t-1} + b_hh_g)   candidate
        o = sigmoid(W_ih_o x_t + b_ih_o + W_hh_o h_{t-1} + b_hh_o)   output gate
        c_t = f * c_{t-1} + i * g                                    cell state
        h_t = o * tanh(c_t)                                          hidden state

    The gates follow each other in the order i, f, g, o: the first H rows belong to i. The first
    layer reads x; each other one reads h of the layer below, of the same step.
    """

    def __init__(self, input_size, hidden_size, num_layers=1):
        """Create the parameters, with the names and shapes of torch.nn.LSTM."""
        super().__init__()
        self.hidden_size, self.num_layers = hidden_size, num_layers
        for k in range(num_layers):
            width = hidden_size if k else input_size
            shapes = {
                "weight_ih": (width,),
                "weight_hh": (hidden_size,),
                "bias_ih": (),
                "bias_hh": (),
            }
            for name, columns in shapes.items():
                values = torch.empty(4 * hidden_size, *columns)
                torch.nn.init.uniform_(values, -(hidden_size**-0.5), hidden_size**-0.5)
                self.register_parameter(f"{name}_l{k}", torch.nn.Parameter(values))

    def forward(self, x, state=None):
        """Compute the whole sequence, through every layer.

        Args:
            x: inputs, (T, B, D): time first.
            state: the tuple (h, c), each (num_layers, B, H); None means zeros.

        Returns:
            The outputs, which are h of the last layer at every step, (T, B, H), and the final
            state (h, c), each (num_layers, B, H).
        """
        raise NotImplementedError("write forward")
