# Matrix products in the precision of their factors. The other files of this folder have the same functions.

from typing import Optional

import torch
from torch import Tensor


# What a product reads of its factor.
def narrowed(x: Tensor) -> Tensor:
    return x


# x Wᵀ + b, with W [out, in].
def linear(x: Tensor, weight: Tensor, bias: Optional[Tensor]) -> Tensor:
    return torch.linear(x, weight, bias)


# A B, written to `out`.
def multiply(a: Tensor, b: Tensor, out: Tensor) -> None:
    torch.mm(a, b, out=out)


# A B, added to `sum`.
def add_product(sum: Tensor, a: Tensor, b: Tensor) -> None:
    sum.addmm_(a, b)
