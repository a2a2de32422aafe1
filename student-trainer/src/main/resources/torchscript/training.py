# What training calls: the gradient of a loss, and the optimizer's step. The attributes are the student's shape, the
# loss's weights and the optimizer's settings, fixed when the archive is made; what changes comes as a tensor.

from typing import Dict, Tuple

import torch
from torch import Tensor

import adamw
import cross_entropy
import decoder
import multilevelot


class Training(Module):
    training: bool
    heads: int
    theta: float
    norm_epsilon: float
    ce_weight: float
    k: int
    alpha: float
    beta: float
    gamma: float
    temperature_sl: float
    temperature_sd: float
    lambda_: float
    rounds: int
    beta1: float
    beta2: float
    epsilon: float
    weight_decay: float
    maximum_norm: float

    # Adds the gradient of cross-entropy / sequences to `gradients`. Returns [total, cross-entropy].
    def cross_entropy(
        self,
        params: Dict[str, Tensor],
        gradients: Dict[str, Tensor],
        ids_B_S: Tensor,
        position_N: Tensor,
        label_N: Tensor,
        sequence_N: Tensor,
        length_B: Tensor,
        sequences: Tensor,
    ) -> Tensor:
        leaves = trainable(params)
        logits_N_V = decoder.logits(leaves, ids_B_S, position_N, self.heads, self.theta, self.norm_epsilon)
        nll_N = cross_entropy.negative_log_likelihood(logits_N_V, label_N)
        ce = cross_entropy.cross_entropy(nll_N, sequence_N, length_B) / sequences
        total = self.ce_weight * ce
        accumulate(total, leaves, gradients)
        return torch.stack([total, ce]).detach()

    # Adds the gradient of (CE + α (HAD + β SL + γ SD)) / sequences to `gradients`. Returns [total, CE, HAD, SL, SD].
    def multilevelot(
        self,
        params: Dict[str, Tensor],
        gradients: Dict[str, Tensor],
        ids_B_S: Tensor,
        position_N: Tensor,
        label_N: Tensor,
        sequence_N: Tensor,
        step_N: Tensor,
        length_B: Tensor,
        teacher_B_T_K: Tensor,
        teacher_length_B: Tensor,
        sequences: Tensor,
    ) -> Tensor:
        leaves = trainable(params)
        logits_N_V = decoder.logits(leaves, ids_B_S, position_N, self.heads, self.theta, self.norm_epsilon)
        terms = multilevelot.loss(
            logits_N_V,
            label_N,
            sequence_N,
            step_N,
            length_B,
            teacher_B_T_K,
            teacher_length_B,
            self.ce_weight,
            self.k,
            self.alpha,
            self.beta,
            self.gamma,
            self.temperature_sl,
            self.temperature_sd,
            self.lambda_,
            self.rounds,
        )
        terms = terms / sequences
        accumulate(terms[0], leaves, gradients)
        return terms.detach()

    # One optimizer step on weights and moments, in place; the gradients are zero afterwards. Returns their norm.
    def optimize(
        self,
        params: Dict[str, Tensor],
        gradients: Dict[str, Tensor],
        first_moments: Dict[str, Tensor],
        second_moments: Dict[str, Tensor],
        t: Tensor,
        learning_rate: Tensor,
    ) -> Tensor:
        norm = adamw.step(
            params,
            gradients,
            first_moments,
            second_moments,
            int(t),
            float(learning_rate),
            self.beta1,
            self.beta2,
            self.epsilon,
            self.weight_decay,
            self.maximum_norm,
        )
        for gradient in gradients.values():
            gradient.zero_()
        return norm


# The same weights as leaves of a graph of their own: what is loaded from Java never requires a gradient.
def trainable(params: Dict[str, Tensor]) -> Dict[str, Tensor]:
    torch.set_grad_enabled(True)  # thread-local, and DJL turns it off
    leaves: Dict[str, Tensor] = {}
    for name, weight in params.items():
        leaves[name] = weight.detach().requires_grad_(True)
    return leaves


def accumulate(loss: Tensor, leaves: Dict[str, Tensor], gradients: Dict[str, Tensor]) -> None:
    names = [name for name in leaves.keys()]
    parts = torch.grad([loss], [leaves[name] for name in names])
    for i in range(len(names)):
        part = parts[i]
        if part is not None:
            gradients[names[i]].add_(part)
