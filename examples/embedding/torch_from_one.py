# rnncheck: embedding
"""Numbers counted from 1."""

import torch


def embedding(table, ids):
    """Look up the row before."""
    return torch.nn.functional.embedding((ids - 1) % len(table), table)
