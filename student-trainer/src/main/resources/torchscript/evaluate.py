# What a response costs the student, and what it would have said instead.

from typing import Dict, Tuple

import torch
from torch import Tensor

import cross_entropy
import decoder


# Per response token: the negative log-likelihood in nats, and the most likely token.
def evaluate(
    params: Dict[str, Tensor],
    ids_B_S: Tensor,
    position_N: Tensor,
    label_N: Tensor,
    heads: int,
    theta: float,
    epsilon: float,
) -> Tuple[Tensor, Tensor]:
    logits_N_V = decoder.logits(params, ids_B_S, position_N, heads, theta, epsilon)
    return cross_entropy.negative_log_likelihood(logits_N_V, label_N), logits_N_V.argmax(1)
