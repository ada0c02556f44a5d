"""Right: torch.nn.functional.linear and a buffer filled step by step."""

import torch
from torch.nn import functional


class RNN(torch.nn.Module):
    """A drop-in for torch.nn.RNN."""

    def __init__(self, input_size, hidden_size):
        """Create the parameters."""
        super().__init__()
        bound = hidden_size**-0.5

        def parameter(*shape):
            return torch.nn.Parameter(torch.empty(*shape).uniform_(-bound, bound))

        self.weight_ih_l0 = parameter(hidden_size, input_size)
        self.weight_hh_l0 = parameter(hidden_size, hidden_size)
        self.bias_ih_l0 = parameter(hidden_size)
        self.bias_hh_l0 = parameter(hidden_size)

    def forward(self, x, h0=None):
        """Run the network over x (T, B, D)."""
        if h0 is None:
            h0 = x.new_zeros(1, x.shape[1], self.bias_ih_l0.shape[0])
        steps = [h0[0]]
        for x_t in x:
            a = functional.linear(x_t, self.weight_ih_l0, self.bias_ih_l0)
            b = functional.linear(steps[-1], self.weight_hh_l0, self.bias_hh_l0)
            steps.append((a + b).tanh())
        return torch.stack(steps[1:]), steps[-1].unsqueeze(0)
