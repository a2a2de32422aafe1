# The loss and its gradient with respect to the logits alone.

from typing import Tuple

import torch
from torch import Tensor

import multilevelot


class Probe(Module):
    training: bool
    ce_weight: float
    k: int
    alpha: float
    beta: float
    gamma: float
    temperature_sl: float
    temperature_sd: float
    lambda_: float
    rounds: int

    def forward(
        self,
        logits_N_V: Tensor,
        label_N: Tensor,
        sequence_N: Tensor,
        step_N: Tensor,
        length_B: Tensor,
        teacher_B_T_K: Tensor,
        teacher_length_B: Tensor,
    ) -> Tuple[Tensor, Tensor]:
        torch.set_grad_enabled(True)
        leaf_N_V = logits_N_V.detach().requires_grad_(True)
        terms = multilevelot.loss(
            leaf_N_V,
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
        gradient = torch.grad([terms[0]], [leaf_N_V])[0]
        assert gradient is not None
        return terms.detach(), gradient
