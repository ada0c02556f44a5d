"""Right: torch.nn.LSTM layer by layer, and torch.nn.Dropout between them."""

import torch


class LSTM(torch.nn.LSTM):
    """Parameters as in torch.nn.LSTM; the layers are run one by one."""

    def forward(self, x, state=None):
        """Run each layer on what the one below hands on."""
        drop = torch.nn.Dropout(self.dropout)
        drop.train(self.training)
        if state is None:
            zeros = x.new_zeros(self.num_layers, x.shape[1], self.hidden_size)
            state = zeros, zeros
        hs, cs = [], []
        for layer in range(self.num_layers):
            own = [getattr(self, f"{n}_l{layer}") for n in ("weight_ih", "weight_hh")]
            own += [getattr(self, f"{n}_l{layer}") for n in ("bias_ih", "bias_hh")]
            h, c = state[0][layer], state[1][layer]
            outputs = []
            for row in drop(x) if layer else x:
                h, c = torch._VF.lstm_cell(row, (h, c), *own)
                outputs.append(h)
            x = torch.stack(outputs)
            hs.append(h)
            cs.append(c)
        return x, (torch.stack(hs), torch.stack(cs))
