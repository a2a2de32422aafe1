# Matrix products in bfloat16: factors are rounded to it, sums are single precision inside a product, and what comes out is rounded
# once more and widened. Everything between products is as precise as its arguments.

from typing import Optional

import torch
from torch import Tensor


# What a product reads of its factor. 15 is PyTorch's number of the type.
def narrowed(x: Tensor) -> Tensor:
    return x.to(15)


# x Wᵀ + b, with W [out, in].
def linear(x: Tensor, weight: Tensor, bias: Optional[Tensor]) -> Tensor:
    y = torch.linear(narrowed(x), narrowed(weight)).to(x.dtype)
    return y if bias is None else y + bias


# A B, written to `out`.
def multiply(a: Tensor, b: Tensor, out: Tensor) -> None:
    out.copy_(torch.mm(narrowed(a), narrowed(b)))


# A B, added to `sum`.
def add_product(sum: Tensor, a: Tensor, b: Tensor) -> None:
    sum.add_(torch.mm(narrowed(a), narrowed(b)))
