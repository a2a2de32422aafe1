# AdamW (Loshchilov & Hutter, ICLR 2019) with clipping by the global norm.
#
#   g ← g · min(1, c / ‖g‖)
#   m ← β₁ m + (1 − β₁) g          v ← β₂ v + (1 − β₂) g²
#   θ ← θ − η w θ − η m̂ / (√v̂ + ε),   m̂ = m / (1 − β₁ᵗ),  v̂ = v / (1 − β₂ᵗ)
#
# Vectors (the norms' gains) are not decayed. Weights and moments are changed in place; none of them requires a
# gradient, so nothing is recorded.

from typing import Dict

import torch
from torch import Tensor


def global_norm(gradients: Dict[str, Tensor]) -> Tensor:
    norms = [torch.norm(g, 2) for g in gradients.values()]
    return torch.norm(torch.stack(norms), 2)


# Returns the norm before clipping. When it is not finite, nothing is changed.
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
    scale = torch.clamp(maximum_norm / norm, max=1.0)
    bias1 = 1.0 - beta1**t
    bias2 = 1.0 - beta2**t
    for name in params.keys():
        g = gradients[name] * scale
        m = first_moments[name].mul_(beta1).add_(g, alpha=1.0 - beta1)
        v = second_moments[name].mul_(beta2).addcmul_(g, g, value=1.0 - beta2)
        if params[name].dim() > 1:
            params[name].mul_(1.0 - learning_rate * weight_decay)
        denominator = (v.sqrt() / bias2**0.5).add_(epsilon)
        params[name].addcdiv_(m, denominator, value=-learning_rate / bias1)
    return norm
