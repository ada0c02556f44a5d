# rnncheck: lstm-dropout
"""An LSTM of several layers with dropout between them, in PyTorch.

Keep the line above: it says which assignment this is. To check your file:

    rnncheck check my_lstm_dropout.py
"""

import torch


class LSTM(torch.nn.Module):
    """A drop-in for torch.nn.LSTM with num_layers and dropout.

        i = sigmoid(W_ih_i x_t + b_ih_i + W_hh_i h_{t-1} + b_hh_i)   input gate
        f = sigmoid(W_ih_f x_t + b_ih_f + W_hh_f h_{t-1} + b_hh_f)   forget gate
        g = tanh   (W_ih_g x_t + b_ih_g + W_hh_g h_{t-1} + b_hh_g)   candidate
        o = sigmoid(W_ih_o x_t + b_ih_o + W_hh_o h_{t-1} + b_hh_o)   output gate
        c_t = f * c_{t-1} + i * g                                    cell state
        h_t = o * tanh(c_t)                                          hidden state

    The gates follow each other in the order i, f, g, o: the first H rows belong to i. Each layer
    but the first reads the outputs of the one below. In training (self.training) each layer but
    the last hands on outputs of which some are dropped: by one call of
    torch.nn.functional.dropout on all of its outputs, (T, B, H), for each layer in turn.
    """

    def __init__(self, input_size, hidden_size, num_layers=1, dropout=0.0):
        """Create the parameters, with the names and shapes of torch.nn.LSTM.

        Args:
            input_size: D.
            hidden_size: H of every layer.
            num_layers: how many layers.
            dropout: the probability with which a value is dropped.
        """
        super().__init__()
        self.hidden_size = hidden_size
        self.num_layers = num_layers
        self.dropout = dropout
        rows = 4 * hidden_size
        for layer in range(num_layers):
            width = hidden_size if layer else input_size
            shapes = {"weight_ih": (rows, width), "weight_hh": (rows, hidden_size)}
            shapes |= {"bias_ih": (rows,), "bias_hh": (rows,)}
            for name, shape in shapes.items():
                parameter = torch.nn.Parameter(torch.empty(shape))
                torch.nn.init.uniform_(parameter, -(hidden_size**-0.5), hidden_size**-0.5)
                self.register_parameter(f"{name}_l{layer}", parameter)

    def forward(self, x, state=None):
        """Compute the whole sequence.

        Args:
            x: inputs, (T, B, D): time first.
            state: the tuple (h, c), each (num_layers, B, H); None means zeros.

        Returns:
            The outputs of the last layer, (T, B, H), and the final state (h, c), each
            (num_layers, B, H).
        """
        raise NotImplementedError("write forward")
