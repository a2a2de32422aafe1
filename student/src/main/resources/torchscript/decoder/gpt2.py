# The decoder of GPT-2: learned positions, pre-norm blocks, linear maps stored as [in, out].
#
# Shape suffixes: B sequences, S positions, H hidden, A heads, D head dimension.

from typing import Dict, List, Optional

import torch
from torch import Tensor

import attention
import linears
import norms


class Decoder(Module):
    training: bool
    layers: int
    heads: int
    epsilon: float
    scales: List[float]  # of each layer's scores
    activation: str
    head: str
    soft_cap: float
    switch: int

    def embed(self, params: Dict[str, Tensor], ids_B_S: Tensor, distance: Optional[Tensor]) -> Tensor:
        x_B_S_H = torch.embedding(params["transformer.wte.weight"], ids_B_S)
        return x_B_S_H + attention.position_rows(params["transformer.wpe.weight"], 0, distance, ids_B_S.size(1))

    def context(self, params: Dict[str, Tensor], x_B_S_H: Tensor, distance: Optional[Tensor]) -> List[Tensor]:
        return [attention.causal_bias(distance, 0, x_B_S_H)]

    def layer(
        self,
        params: Dict[str, Tensor],
        i: int,
        x_B_S_H: Tensor,
        context: List[Tensor],
        cache: Optional[Dict[str, Tensor]],
    ) -> Tensor:
        layer = "transformer.h.{}.".format(i)
        h = norms.layer_norm(params, layer + "ln_1", x_B_S_H, self.epsilon)
        x_B_S_H = x_B_S_H + self.attention(params, layer + "attn.", i, h, context, cache)
        h = norms.layer_norm(params, layer + "ln_2", x_B_S_H, self.epsilon)
        h = norms.activation(self.activation, linears.transposed(params, layer + "mlp.c_fc", h))
        return x_B_S_H + linears.transposed(params, layer + "mlp.c_proj", h)

    def attention(
        self,
        params: Dict[str, Tensor],
        name: str,
        i: int,
        x_B_S_H: Tensor,
        context: List[Tensor],
        cache: Optional[Dict[str, Tensor]],
    ) -> Tensor:
        q, k, v = linears.transposed(params, name + "c_attn", x_B_S_H).chunk(3, -1)
        k, v = attention.remember(
            cache, i, attention.split_heads(k, self.heads), attention.split_heads(v, self.heads)
        )
        q = attention.split_heads(q, self.heads)
        y_B_S_H = attention.attend(q, k, v, context[0], self.scales[i], 0.0)
        return linears.transposed(params, name + "c_proj", y_B_S_H)

    def final(self, params: Dict[str, Tensor], x_B_S_H: Tensor) -> Tensor:
        return norms.layer_norm(params, "transformer.ln_f", x_B_S_H, self.epsilon)
