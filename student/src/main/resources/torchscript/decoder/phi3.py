# The decoder of Phi-3 and Phi-4-mini: Llama's, with queries, keys and values in one linear map, gate and up in another, and a
# part of each head rotated.
#
# Shape suffixes: B sequences, S positions, H hidden, A query heads, G key/value heads, D head dimension.

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
    key_value_heads: int
    epsilon: float
    scale: float
    rope: rotary.Rope
    window: int
    activation: str
    head: str
    soft_cap: float
    switch: int

    def embed(self, params: Dict[str, Tensor], ids_B_S: Tensor, distance: Optional[Tensor]) -> Tensor:
        return torch.embedding(params["model.embed_tokens.weight"], ids_B_S)

    def context(self, params: Dict[str, Tensor], x_B_S_H: Tensor, distance: Optional[Tensor]) -> List[Tensor]:
        cos, sin = self.rope.angles(distance, x_B_S_H)
        return [cos, sin, attention.causal_bias(distance, self.window, x_B_S_H)]

    def layer(
        self,
        params: Dict[str, Tensor],
        i: int,
        x_B_S_H: Tensor,
        context: List[Tensor],
        cache: Optional[Dict[str, Tensor]],
    ) -> Tensor:
        layer = "model.layers.{}.".format(i)
        h = norms.rms_norm(params, layer + "input_layernorm", x_B_S_H, self.epsilon)
        x_B_S_H = x_B_S_H + self.attention(params, layer + "self_attn.", i, h, context, cache)
        h = norms.rms_norm(params, layer + "post_attention_layernorm", x_B_S_H, self.epsilon)
        return x_B_S_H + self.feed_forward(params, layer + "mlp.", h)

    def attention(
        self,
        params: Dict[str, Tensor],
        name: str,
        i: int,
        x_B_S_H: Tensor,
        context: List[Tensor],
        cache: Optional[Dict[str, Tensor]],
    ) -> Tensor:
        x = attention.split_heads(
            linears.linear(params, name + "qkv_proj", x_B_S_H), self.heads + 2 * self.key_value_heads
        )
        q = rotary.rotate(x[:, : self.heads], context[0], context[1])
        k = rotary.rotate(x[:, self.heads : self.heads + self.key_value_heads], context[0], context[1])
        k, v = attention.remember(cache, i, k, x[:, self.heads + self.key_value_heads :])
        return linears.linear(params, name + "o_proj", attention.attend(q, k, v, context[2], self.scale, 0.0))

    def feed_forward(self, params: Dict[str, Tensor], name: str, x_B_S_H: Tensor) -> Tensor:
        gate, up = linears.linear(params, name + "gate_up_proj", x_B_S_H).chunk(2, -1)
        return linears.linear(params, name + "down_proj", norms.activation(self.activation, gate) * up)

    def final(self, params: Dict[str, Tensor], x_B_S_H: Tensor) -> Tensor:
        return norms.rms_norm(params, "model.norm", x_B_S_H, self.epsilon)
