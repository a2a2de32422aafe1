# Cross-entropy on the labels: −(1/T) Σ_t log s(t)[label_t], summed over the sequences.

import torch
from torch import Tensor


# −log s(t)[label_t] for each response token.
def negative_log_likelihood(logits_N_V: Tensor, label_N: Tensor) -> Tensor:
    return torch.cross_entropy_loss(logits_N_V, label_N, None, 0)


# share_N is 1/T at the positions of a labelled sequence and 0 at those of one that is there for its teacher alone.
def cross_entropy(log_s_N: Tensor, share_N: Tensor) -> Tensor:
    return -(log_s_N * share_N).sum()
