# rnncheck: d2l-gru
"""Wrong: z takes what it should keep."""

import torch
from torch import nn


class GRUScratch(nn.Module):
    """A GRU, time first."""

    def __init__(self, num_inputs, num_hiddens, sigma=0.01):
        """Make the parameters."""
        super().__init__()
        self.num_hiddens = num_hiddens
        for gate in "zrh":
            weight_x = torch.randn(num_inputs, num_hiddens) * sigma
            weight_h = torch.randn(num_hiddens, num_hiddens) * sigma
            self.register_parameter(f"W_x{gate}", nn.Parameter(weight_x))
            self.register_parameter(f"W_h{gate}", nn.Parameter(weight_h))
            self.register_parameter(f"b_{gate}", nn.Parameter(torch.zeros(num_hiddens)))

    def forward(self, inputs, H=None):
        """Return the outputs of all steps and the last state; inputs (T, N, D)."""
        h = torch.zeros(inputs.shape[1], self.num_hiddens) if H is None else H
        outputs = []
        for x in inputs:
            z = torch.sigmoid(x @ self.W_xz + h @ self.W_hz + self.b_z)
            r = torch.sigmoid(x @ self.W_xr + h @ self.W_hr + self.b_r)
            new = torch.tanh(x @ self.W_xh + (r * h) @ self.W_hh + self.b_h)
            h = (1 - z) * h + z * new
            outputs.append(h)
        return outputs, h
