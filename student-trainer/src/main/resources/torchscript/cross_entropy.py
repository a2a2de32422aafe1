# Cross-entropy on the response: the mean over a sequence's response tokens, summed over the sequences.

import torch
from torch import Tensor


# −log s(t)[label_t] for each response token.
def negative_log_likelihood(logits_N_V: Tensor, label_N: Tensor) -> Tensor:
    return torch.cross_entropy_loss(logits_N_V, label_N, None, 0)


# Σ over sequences of (1/T) Σ_t nll_t.
def cross_entropy(nll_N: Tensor, sequence_N: Tensor, length_B: Tensor) -> Tensor:
    return (nll_N / length_B.index_select(0, sequence_N)).sum()
