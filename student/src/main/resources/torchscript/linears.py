# Linear maps of a model's parameters. Every matrix product with a weight of a decoder block goes through here.

from typing import Dict, Optional

from torch import Tensor

import lora
import precision


# The bias of a map, where the model has one.
def bias(params: Dict[str, Tensor], name: str) -> Optional[Tensor]:
    found: Optional[Tensor] = None
    if name + ".bias" in params:
        found = params[name + ".bias"]
    return found


# x Wᵀ + b, with W [out, in], and what its adapter adds where there is one.
def linear(params: Dict[str, Tensor], name: str, x: Tensor) -> Tensor:
    return lora.added(params, name, x, precision.linear(x, params[name + ".weight"], bias(params, name)))


# x W + b, with W [in, out], as GPT-2 stores it.
def transposed(params: Dict[str, Tensor], name: str, x: Tensor) -> Tensor:
    return lora.added(params, name, x, precision.linear(x, params[name + ".weight"].t(), bias(params, name)))
