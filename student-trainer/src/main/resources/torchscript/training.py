# What training calls: the gradient of the losses, and the optimizer's step. The attributes are the decoder of the
# student's family and the optimizer's settings, fixed when the archive is built; what changes comes as a tensor.

from typing import Dict, List, Optional

import torch
from torch import Tensor

import adamw
import backbone
import decoder
import losses


class Training(Module):
    training: bool
    model: decoder.Decoder
    beta1: float
    beta2: float
    epsilon: float
    weight_decay: float
    maximum_norm: float

    # Adds the gradient of the weighted losses / sequences to `gradients`. Returns, for each value in the order of
    # `terms`, its mean and the squared norm of its gradient at the logits, [M, 2]. chunk_positions of them have their
    # logits in memory at once.
    def accumulate(
        self,
        params: Dict[str, Tensor],
        gradients: Dict[str, Tensor],
        batch: Dict[str, Tensor],
        loss: Dict[str, Tensor],
        chunk_positions: Tensor,
        sequences: Tensor,
    ) -> Tensor:
        torch.set_grad_enabled(True)  # thread-local, and DJL turns it off
        leaves: Dict[str, Tensor] = {}
        for name, weight in params.items():
            leaves[name] = weight.detach().requires_grad_(True)
        h_N_H = backbone.selected_states(self.model, leaves, batch["ids"], batch["position"])
        head = self.model.head
        d_h, d_head, report = losses.losses(
            h_N_H.detach(), params[head], batch, loss, int(chunk_positions), self.model.soft_cap
        )

        scale = 1.0 / float(sequences)
        names = [name for name in leaves.keys()]
        d_outputs: List[Optional[Tensor]] = [d_h * scale]
        parts = torch.grad([h_N_H], [leaves[name] for name in names], d_outputs, False, False, True)
        for i in range(len(names)):
            part = parts[i]
            if part is not None:
                gradients[names[i]].add_(part)
        gradients[head].add_(d_head, alpha=scale)
        return torch.stack([report[:, 0] * scale, report[:, 1] * scale * scale], 1)

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
