# rnncheck: d2l-rnn
"""Right, with the module of the book and what stands around it in its notebook."""

import torch
from d2l import torch as d2l
from torch import nn


class RNNScratch(d2l.Module):
    """An Elman layer, time first."""

    def __init__(self, num_inputs, num_hiddens, sigma=0.01):
        """Make the parameters."""
        super().__init__()
        self.save_hyperparameters()
        self.W_xh = nn.Parameter(torch.randn(num_inputs, num_hiddens) * sigma)
        self.W_hh = nn.Parameter(torch.randn(num_hiddens, num_hiddens) * sigma)
        self.b_h = nn.Parameter(torch.zeros(num_hiddens))

    def forward(self, inputs, state=None):
        """Return the outputs of all steps and the last state; inputs (T, N, D)."""
        if state is None:
            state = torch.zeros(inputs.shape[1], self.num_hiddens)
        outputs = []
        for x in inputs:
            state = torch.tanh(x @ self.W_xh + state @ self.W_hh + self.b_h)
            outputs.append(state)
        return outputs, state


data = d2l.TimeMachine(batch_size=1024, num_steps=32)
rnn = RNNScratch(num_inputs=len(data.vocab), num_hiddens=32)
