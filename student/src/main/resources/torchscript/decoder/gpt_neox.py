# The decoder of GPT-NeoX and Pythia: queries, keys and values of a head side by side in one linear map, a part of each head
# rotated, attention and feed-forward network beside each other or one after the other.
#
# Shape suffixes: B sequences, S positions, H hidden, A heads, D head dimension.

from typing import Dict, List, Optional

import torch
from torch import Tensor

import attention
import linears
import norms
import rotary


class Decoder(Module):
    training: bool
    layers: int
    heads: int
    epsilon: float
    scale: float
    rope: rotary.Rope
    parallel: bool
    activation: str
    head: str
    soft_cap: float
    switch: int

    def embed(self, params: Dict[str, Tensor], ids_B_S: Tensor, distance: Optional[Tensor]) -> Tensor:
        return torch.embedding(params["gpt_neox.embed_in.weight"], ids_B_S)

    def context(self, params: Dict[str, Tensor], x_B_S_H: Tensor, distance: Optional[Tensor]) -> List[Tensor]:
        cos, sin = self.rope.angles(distance, x_B_S_H)
        return [cos, sin, attention.causal_bias(distance, 0, x_B_S_H)]

    def layer(
        self,
        params: Dict[str, Tensor],
        i: int,
        x_B_S_H: Tensor,
        context: List[Tensor],
        cache: Optional[Dict[str, Tensor]],
    ) -> Tensor:
        layer = "gpt_neox.layers.{}.".format(i)
        h = norms.layer_norm(params, layer + "input_layernorm", x_B_S_H, self.epsilon)
        attended = x_B_S_H + self.attention(params, layer + "attention.", i, h, context, cache)
        read = x_B_S_H if self.parallel else attended
        h = norms.layer_norm(params, layer + "post_attention_layernorm", read, self.epsilon)
        h = norms.activation(self.activation, linears.linear(params, layer + "mlp.dense_h_to_4h", h))
        return attended + linears.linear(params, layer + "mlp.dense_4h_to_h", h)

    def attention(
        self,
        params: Dict[str, Tensor],
        name: str,
        i: int,
        x_B_S_H: Tensor,
        context: List[Tensor],
        cache: Optional[Dict[str, Tensor]],
    ) -> Tensor:
        q, k, v = attention.split_interleaved(linears.linear(params, name + "query_key_value", x_B_S_H), self.heads)
        q = rotary.rotate(q, context[0], context[1])
        k = rotary.rotate(k, context[0], context[1])
        k, v = attention.remember(cache, i, k, v)
        return linears.linear(params, name + "dense", attention.attend(q, k, v, context[2], self.scale, 0.0))

    def final(self, params: Dict[str, Tensor], x_B_S_H: Tensor) -> Tensor:
        return norms.layer_norm(params, "gpt_neox.final_layer_norm", x_B_S_H, self.epsilon)
