# rnncheck: embedding
"""An embedding in PyTorch."""

import torch


def embedding(table, ids):
    """Look rows up."""
    return torch.index_select(table, 0, ids.flatten()).reshape(*ids.shape, -1)
