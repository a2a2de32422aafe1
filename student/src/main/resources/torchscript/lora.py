# Low-rank adapters (Hu et al., 2021): to x Wᵀ of a linear map that has one is added s · dropout(x) Aᵀ Bᵀ, with A [r, in] and
# B [out, r].

from typing import Dict

import torch
from torch import Tensor

import precision


# y and what the adapter of the map adds to it. s is "lora.scaling"; training with dropout has "lora.dropout", the share p and the
# number that draws it.
def added(params: Dict[str, Tensor], name: str, x: Tensor, y: Tensor) -> Tensor:
    if name + ".lora_A.weight" not in params:
        return y
    if "lora.dropout" in params:
        x = dropped(x, name, float(params["lora.dropout"][0]), int(params["lora.dropout"][1]))
    low = precision.linear(x, params[name + ".lora_A.weight"], None)
    return y + precision.linear(low, params[name + ".lora_B.weight"], None) * float(params["lora.scaling"])


# Each number of x is zero with probability p, and else divided by 1 − p. Which of them depends on `key`, the map's name and the
# number's place alone, so that a step taken again drops the same. The hash ends as MurmurHash3's 32 bits do.
def dropped(x: Tensor, name: str, p: float, key: int) -> Tensor:
    for letter in name:
        key = ((key ^ ord(letter)) * 16777619) % 4294967296
    h = torch.arange(x.numel(), device=x.device) * 2654435761 + key
    h = mixed(mixed(h, 16, 2246822507), 13, 3266489909)
    h = torch.bitwise_xor(h, torch.bitwise_right_shift(h, 16))
    keep = (h >= int(p * 4294967296.0)).view(x.size()).to(x.dtype)
    return x * keep * (1.0 / (1.0 - p))


# h ← ((h ⊕ h >> shift) · factor) mod 2³², of the low 32 bits of h.
def mixed(h: Tensor, shift: int, factor: int) -> Tensor:
    h = torch.bitwise_and(h, 4294967295)
    h = torch.bitwise_xor(h, torch.bitwise_right_shift(h, shift)) * factor
    return torch.bitwise_and(h, 4294967295)
