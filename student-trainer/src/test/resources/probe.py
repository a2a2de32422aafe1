# The losses and their gradient with respect to logits, or to hidden states and projection.

from typing import Dict, Tuple

import torch
from torch import Tensor

import losses


class Probe(Module):
    training: bool

    def forward(
        self,
        h_N_H: Tensor,
        weight_V_H: Tensor,
        chunk: Tensor,
        soft_cap: Tensor,
        batch: Dict[str, Tensor],
        loss: Dict[str, Tensor],
    ) -> Tuple[Tensor, Tensor, Tensor]:
        d_h, d_weight, report = losses.losses(h_N_H, weight_V_H, True, batch, loss, int(chunk), float(soft_cap))
        return report, d_h, d_weight
