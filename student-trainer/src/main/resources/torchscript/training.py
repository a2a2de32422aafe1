# What training calls: the gradient of the losses, and the optimizer's step. The attributes are the decoder of the
# student's family and the optimizer's settings, fixed when the archive is built; what changes comes as a tensor.

from typing import Dict, List, Tuple

import torch
from torch import Tensor

import adamw
import backbone
import decoder
import losses
import recomputation


class Training(Module):
    training: bool
    model: decoder.Decoder
    beta1: float
    beta2: float
    epsilon: float
    weight_decay: float
    maximum_norm: float
    trained: str  # names of the weights that are trained, a line each; empty for all
    recompute: bool  # whether the backward pass computes each block again, so that memory holds one block's activations

    # The gradients of a step's first micro-batch by the weights' names, and what `accumulate` returns as `report`.
    def begin(
        self,
        params: Dict[str, Tensor],
        batch: Dict[str, Tensor],
        loss: Dict[str, Tensor],
        chunk_positions: Tensor,
        sequences: Tensor,
    ) -> Dict[str, Tensor]:
        found: Dict[str, Tensor] = {}
        report = self.accumulate(params, found, batch, loss, chunk_positions, sequences)
        for name in recomputation.trained_names(params, self.trained):
            if name not in found:
                found[name] = torch.zeros_like(params[name])
        found["report"] = report
        return found

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
        d_head, report = self.differentiate(params, gradients, batch, loss, chunk_positions, sequences)
        self.collect_head(gradients, d_head, sequences)
        return report

    # A micro-batch's gradients and report for `add`, which another device calls. The LM head's is apart from the rest, `d_head`:
    # where the head is the embedding, sums would otherwise be in another order than with one device.
    def apart(
        self,
        params: Dict[str, Tensor],
        batch: Dict[str, Tensor],
        loss: Dict[str, Tensor],
        chunk_positions: Tensor,
        sequences: Tensor,
    ) -> Dict[str, Tensor]:
        found: Dict[str, Tensor] = {}
        d_head, report = self.differentiate(params, found, batch, loss, chunk_positions, sequences)
        found["d_head"] = d_head
        found["report"] = report
        return found

    # Adds what `apart` gave to `gradients`: the same bytes as `accumulate` of that micro-batch. Returns its report.
    def add(self, gradients: Dict[str, Tensor], parts: Dict[str, Tensor], sequences: Tensor) -> Tensor:
        for name, part in parts.items():
            if name != "d_head" and name != "report":
                gradients[name].add_(part.to(gradients[name].device))
        self.collect_head(gradients, parts["d_head"], sequences)
        return parts["report"]

    # Copies weights of another device to those of these names.
    def take(self, params: Dict[str, Tensor], source: Dict[str, Tensor]) -> Tensor:
        copied = torch.zeros([], device=params[self.model.head].device)
        for name, weight in source.items():
            params[name].copy_(weight)
            copied += 1
        return copied

    # `gradients` without the LM head's own, which is returned without the factor 1 / sequences; and what `accumulate` returns.
    def differentiate(
        self,
        params: Dict[str, Tensor],
        gradients: Dict[str, Tensor],
        batch: Dict[str, Tensor],
        loss: Dict[str, Tensor],
        chunk_positions: Tensor,
        sequences: Tensor,
    ) -> Tuple[Tensor, Tensor]:
        torch.set_grad_enabled(True)  # thread-local, and DJL turns it off
        leaves = recomputation.leaves(params, self.trained)
        inputs: List[Tensor] = []
        x_B_S_H = recomputation.nothing(params[self.model.head])
        if self.recompute:
            inputs = recomputation.block_inputs(self.model, params, batch["source"], batch["ids"])
            x_B_S_H = inputs.pop().requires_grad_(True)
            states_B_S_H = self.model.final(leaves, x_B_S_H)
        else:
            states_B_S_H = backbone.hidden_states(self.model, leaves, batch["source"], batch["ids"], None)
        h_N_H = states_B_S_H.flatten(0, 1).index_select(0, batch["position"])
        head = self.model.head
        d_h, d_head, report = losses.losses(
            h_N_H.detach(),
            params[head],
            leaves[head].requires_grad,
            batch,
            loss,
            int(chunk_positions),
            self.model.soft_cap,
        )

        scale = 1.0 / float(sequences)
        d_x_B_S_H = recomputation.backward([h_N_H], [d_h * scale], [x_B_S_H], leaves, gradients)[0]
        if self.recompute:
            recomputation.backward_through_blocks(
                self.model, inputs, d_x_B_S_H, batch["source"], batch["ids"], leaves, gradients
            )
        return d_head, torch.stack([report[:, 0] * scale, report[:, 1] * scale * scale], 1)

    # Adds the LM head's own gradient / sequences, where the head is trained.
    def collect_head(self, gradients: Dict[str, Tensor], d_head: Tensor, sequences: Tensor) -> None:
        scale = 1.0 / float(sequences)
        head = self.model.head
        if d_head.numel() == 0:
            return
        if head in gradients:
            gradients[head].add_(d_head.to(gradients[head].device), alpha=scale)
        else:
            gradients[head] = d_head.mul_(scale)

    # One optimizer step on weights and moments, in place; it uses the gradients up. Returns their norm.
    def optimize(
        self,
        params: Dict[str, Tensor],
        gradients: Dict[str, Tensor],
        first_moments: Dict[str, Tensor],
        second_moments: Dict[str, Tensor],
        t: Tensor,
        learning_rate: Tensor,
    ) -> Tensor:
        return adamw.step(
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
