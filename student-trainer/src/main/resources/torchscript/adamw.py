# AdamW (Loshchilov & Hutter, ICLR 2019) with clipping by the global norm.
#
#   g ← g · min(1, c / ‖g‖)
#   m ← β₁ m + (1 − β₁) g          v ← β₂ v + (1 − β₂) g²
#   θ ← θ − η w θ − η m̂ / (√v̂ + ε),   m̂ = m / (1 − β₁ᵗ),  v̂ = v / (1 − β₂ᵗ)
#
# Vectors (the norms' gains) are not decayed. Weights and moments are changed in place, in one pass over them: with few tokens a
# step is bound by memory. None of them requires a gradient, so nothing is recorded.

from typing import Dict, List, Optional

import torch
from torch import Tensor


def global_norm(gradients: Dict[str, Tensor]) -> Tensor:
    norms = [torch.norm(g, 2) for g in gradients.values()]
    return torch.norm(torch.stack(norms), 2)


# Returns the norm before clipping. When it is not finite, no weight and no moment is changed. Of the gradients nothing is left to rely on.
def step(
    params: Dict[str, Tensor],
    gradients: Dict[str, Tensor],
    first_moments: Dict[str, Tensor],
    second_moments: Dict[str, Tensor],
    t: int,
    learning_rate: float,
    beta1: float,
    beta2: float,
    epsilon: float,
    weight_decay: float,
    maximum_norm: float,
) -> Tensor:
    norm = global_norm(gradients)
    if not bool(torch.isfinite(norm)):
        return norm
    divisor: Optional[Tensor] = None
    if bool(norm > maximum_norm):
        divisor = norm / maximum_norm
    changed = 0
    for decays in [True, False]:
        weights: List[Tensor] = []
        g: List[Tensor] = []
        m: List[Tensor] = []
        v: List[Tensor] = []
        for name, weight in params.items():
            if (weight.dim() > 1) == decays:
                weights.append(weight)
                g.append(gradients[name])
                m.append(first_moments[name])
                v.append(second_moments[name])
        if len(weights) > 0:
            torch._fused_adamw_(
                weights,
                g,
                m,
                v,
                [],
                [torch.full_like(norm, t)] * len(weights),
                lr=learning_rate,
                beta1=beta1,
                beta2=beta2,
                weight_decay=weight_decay if decays else 0.0,
                eps=epsilon,
                amsgrad=False,
                maximize=False,
                grad_scale=divisor,
            )
        # TorchScript takes what is written to tensors of a list for a change of the list, and drops a call whose lists nobody reads.
        changed += len(weights)
    assert changed == len(params)
    return norm
