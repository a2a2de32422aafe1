# The decoder of Gemma 2 and of Gemma 3's text models: norms before and after attention and feed-forward network, whose gains are
# 1 + w; embeddings times √H; layers with a window alternate with those that see everything. Gemma 2 caps scores and logits;
# Gemma 3 norms queries and keys, and rotates with another base within windows.
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
    embedding_scale: float
    score_cap: float
    rope: rotary.Rope
    window_rope: rotary.Rope
    window: int
    windowed: List[int]  # of each layer, 1 or 0
    activation: str
    head: str
    soft_cap: float
    switch: int

    def embed(self, params: Dict[str, Tensor], ids_B_S: Tensor, distance: Optional[Tensor]) -> Tensor:
        return torch.embedding(params["model.embed_tokens.weight"], ids_B_S) * self.embedding_scale

    # cos, sin and what is added to the scores: of layers that see everything, and of those with a window.
    def context(self, params: Dict[str, Tensor], x_B_S_H: Tensor, distance: Optional[Tensor]) -> List[Tensor]:
        cos, sin = self.rope.angles(distance, x_B_S_H)
        window_cos, window_sin = self.window_rope.angles(distance, x_B_S_H)
        if self.score_cap > 0.0:
            everything = attention.full_bias(distance, 0, x_B_S_H)
            nearby = attention.full_bias(distance, self.window, x_B_S_H)
        else:
            everything = attention.causal_bias(distance, 0, x_B_S_H)
            nearby = attention.causal_bias(distance, self.window, x_B_S_H)
        return [cos, sin, everything, window_cos, window_sin, nearby]

    def layer(
        self,
        params: Dict[str, Tensor],
        i: int,
        x_B_S_H: Tensor,
        context: List[Tensor],
        cache: Optional[Dict[str, Tensor]],
    ) -> Tensor:
        layer = "model.layers.{}.".format(i)
        h = norms.rms_norm_of_offset(params, layer + "input_layernorm", x_B_S_H, self.epsilon)
        h = self.attention(params, layer + "self_attn.", i, h, context, cache)
        x_B_S_H = x_B_S_H + norms.rms_norm_of_offset(params, layer + "post_attention_layernorm", h, self.epsilon)
        h = norms.rms_norm_of_offset(params, layer + "pre_feedforward_layernorm", x_B_S_H, self.epsilon)
        h = self.feed_forward(params, layer + "mlp.", h)
        return x_B_S_H + norms.rms_norm_of_offset(params, layer + "post_feedforward_layernorm", h, self.epsilon)

    def attention(
        self,
        params: Dict[str, Tensor],
        name: str,
        i: int,
        x_B_S_H: Tensor,
        context: List[Tensor],
        cache: Optional[Dict[str, Tensor]],
    ) -> Tensor:
        q = attention.split_heads(linears.linear(params, name + "q_proj", x_B_S_H), self.heads)
        k = attention.split_heads(linears.linear(params, name + "k_proj", x_B_S_H), self.key_value_heads)
        v = attention.split_heads(linears.linear(params, name + "v_proj", x_B_S_H), self.key_value_heads)
        if name + "q_norm.weight" in params:
            q = norms.rms_norm_of_offset(params, name + "q_norm", q, self.epsilon)
            k = norms.rms_norm_of_offset(params, name + "k_norm", k, self.epsilon)
        kind = 3 * self.windowed[i]
        q = rotary.rotate(q, context[kind], context[kind + 1])
        k = rotary.rotate(k, context[kind], context[kind + 1])
        k, v = attention.remember(cache, i, k, v)
        y_B_S_AD = attention.attend(q, k, v, context[kind + 2], self.scale, self.score_cap)
        return linears.linear(params, name + "o_proj", y_B_S_AD)

    def feed_forward(self, params: Dict[str, Tensor], name: str, x_B_S_H: Tensor) -> Tensor:
        gate = norms.activation(self.activation, linears.linear(params, name + "gate_proj", x_B_S_H))
        up = linears.linear(params, name + "up_proj", x_B_S_H)
        return linears.linear(params, name + "down_proj", gate * up)

    def final(self, params: Dict[str, Tensor], x_B_S_H: Tensor) -> Tensor:
        return norms.rms_norm_of_offset(params, "model.norm", x_B_S_H, self.epsilon)
