# What the loss benchmark calls: the training script's losses, and the same formulas operator by operator.

from typing import Dict, Tuple

import torch
from torch import Tensor

import eager
import losses
import multilevelot_released


class Bench(Module):
    training: bool

    # Gradient of the logits or of the hidden states, and the report.
    def fused(
        self, h_N_H: Tensor, weight_V_H: Tensor, chunk: Tensor, batch: Dict[str, Tensor], loss: Dict[str, Tensor]
    ) -> Tuple[Tensor, Tensor]:
        d_h, _, report = losses.losses(h_N_H, weight_V_H, batch, loss, int(chunk), 0.0)
        return d_h, report

    def paper(self, x_T_V: Tensor, label_T: Tensor, t_T_K: Tensor) -> Tensor:
        torch.set_grad_enabled(True)
        leaf = x_T_V.detach().requires_grad_(True)
        return gradient(eager.paper(leaf, label_T, t_T_K), leaf)

    def released(self, x_T_V: Tensor, label_T: Tensor, t_T_K: Tensor) -> Tensor:
        torch.set_grad_enabled(True)
        leaf = x_T_V.detach().requires_grad_(True)
        return gradient(eager.released(leaf, label_T, t_T_K), leaf)

    def uld(self, x_T_V: Tensor, label_T: Tensor, t_T_K: Tensor) -> Tensor:
        torch.set_grad_enabled(True)
        leaf = x_T_V.detach().requires_grad_(True)
        return gradient(eager.uld(leaf, label_T, t_T_K), leaf)

    def cross_entropy(self, x_T_V: Tensor, label_T: Tensor, t_T_K: Tensor) -> Tensor:
        torch.set_grad_enabled(True)
        leaf = x_T_V.detach().requires_grad_(True)
        return gradient(torch.cross_entropy_loss(leaf, label_T), leaf)

    def match(self, t_L_I: Tensor, s_L_J: Tensor) -> Tensor:
        return multilevelot_released.greedy(torch.cdist(t_L_I.t(), s_L_J.t(), 1.0))

    def match_loop(self, t_L_I: Tensor, s_L_J: Tensor) -> Tensor:
        return eager.greedy_loop(t_L_I, s_L_J)


def gradient(loss: Tensor, leaf: Tensor) -> Tensor:
    found = torch.grad([loss], [leaf])[0]
    assert found is not None
    return found
