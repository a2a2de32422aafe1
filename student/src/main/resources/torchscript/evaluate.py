# What a response costs the student, and what it would have said instead.

from typing import Dict, Tuple

import torch
from torch import Tensor

import backbone
import decoder


# −log s(t)[label_t] for each response token.
def negative_log_likelihood(logits_N_V: Tensor, label_N: Tensor) -> Tensor:
    return torch.cross_entropy_loss(logits_N_V, label_N, None, 0)


# Per response token: the negative log-likelihood in nats, the most likely token, and that token's probability.
def evaluate(
    model: decoder.Decoder,
    params: Dict[str, Tensor],
    source_B_E: Tensor,
    ids_B_S: Tensor,
    position_N: Tensor,
    label_N: Tensor,
) -> Tuple[Tensor, Tensor, Tensor]:
    logits_N_V = backbone.logits(model, params, source_B_E, ids_B_S, position_N)
    nll_N = negative_log_likelihood(logits_N_V, label_N)
    choice_N = logits_N_V.argmax(1)
    # The loss knows the normaliser, log Z = nll + logit[label]: no second softmax over [N, V].
    log_z_N = nll_N + logits_N_V.gather(1, label_N.unsqueeze(1)).squeeze(1)
    top_N = logits_N_V.gather(1, choice_N.unsqueeze(1)).squeeze(1)
    return nll_N, choice_N, (top_N - log_z_N).exp().clamp(0.0, 1.0)
