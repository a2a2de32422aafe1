# Norms over the last axis, and the functions between linear maps.

from typing import Dict

import torch
from torch import Tensor


# x / √(mean(x²) + ε) · w
def rms_norm(params: Dict[str, Tensor], name: str, x: Tensor, epsilon: float) -> Tensor:
    weight = params[name + ".weight"]
    return torch.rms_norm(x, [weight.size(0)], weight, epsilon)


# x / √(mean(x²) + ε) · (1 + w)
def rms_norm_of_offset(params: Dict[str, Tensor], name: str, x: Tensor, epsilon: float) -> Tensor:
    weight = params[name + ".weight"]
    return torch.rms_norm(x, [weight.size(0)], weight + 1.0, epsilon)


def layer_norm(params: Dict[str, Tensor], name: str, x: Tensor, epsilon: float) -> Tensor:
    weight = params[name + ".weight"]
    return torch.layer_norm(x, [weight.size(0)], weight, params[name + ".bias"], epsilon)


def activation(kind: str, x: Tensor) -> Tensor:
    if kind == "silu":
        return torch.silu(x)
    elif kind == "relu":
        return torch.relu(x)
    elif kind == "gelu":
        return torch.gelu(x)
    else:  # gelu_tanh
        return torch.gelu(x, approximate="tanh")
