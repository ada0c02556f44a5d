# rnncheck: gru-bidirectional
"""A GRU in both directions over a sequence, in PyTorch.

Keep the line above: it says which assignment this is. To check your file:

    rnncheck check my_gru_bidirectional.py
"""

import torch


class GRU(torch.nn.Module):
    """A drop-in for torch.nn.GRU with bidirectional=True.

        r = sigmoid(W_ih_r x_t + b_ih_r + W_hh_r h_{t-1} + b_hh_r)     reset gate
        z = sigmoid(W_ih_z x_t + b_ih_z + W_hh_z h_{t-1} + b_hh_z)     update gate
        n = tanh(W_ih_n x_t + b_ih_n + r * (W_hh_n h_{t-1} + b_hh_n))  candidate
        h_t = z * h_{t-1} + (1 - z) * n                                hidden state

    The gates follow each other in the order r, z, n: the first H rows belong to r. The reverse
    direction takes the steps from the last one to the first.
    """

    def __init__(self, input_size, hidden_size, bidirectional=True):
        """Create the parameters, with the names and shapes of torch.nn.GRU."""
        super().__init__()
        self.hidden_size = hidden_size
        for end in ("_l0", "_l0_reverse"):
            shapes = {
                "weight_ih": (input_size,),
                "weight_hh": (hidden_size,),
                "bias_ih": (),
                "bias_hh": (),
            }
            for name, columns in shapes.items():
                values = torch.empty(3 * hidden_size, *columns)
                torch.nn.init.uniform_(values, -(hidden_size**-0.5), hidden_size**-0.5)
                self.register_parameter(name + end, torch.nn.Parameter(values))

    def forward(self, x, state=None):
        """Compute the whole sequence in both directions.

        Args:
            x: inputs, (T, B, D): time first.
            state: h, (2, B, H), of the forward direction, then of the reverse; None means zeros.

        Returns:
            The outputs, (T, B, 2*H): at each step h of the forward direction, then h of the
            reverse. And the final states (2, B, H): each direction's h after its last step.
        """
        raise NotImplementedError("write forward")
