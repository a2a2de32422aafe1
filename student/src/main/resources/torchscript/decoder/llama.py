# The decoder of Llama, Mistral, Qwen2, Qwen3 and SmolLM3 over the weights' Hugging Face names: pre-norm blocks of rotary
# attention with grouped heads, and a gated feed-forward network. What the models differ in: biases and norms of queries and keys
# are there where the weights are; some layers see a window only; some do not rotate.
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
    rotating: List[int]  # of each layer, 1 or 0
    window: int
    windowed: List[int]  # of each layer, 1 or 0
    activation: str
    head: str
    soft_cap: float
    switch: int

    def embed(self, params: Dict[str, Tensor], ids_B_S: Tensor, distance: Optional[Tensor]) -> Tensor:
        return torch.embedding(params["model.embed_tokens.weight"], ids_B_S)

    # Angles, and what is added to the scores: of layers that see everything, and of those with a window.
    def context(self, params: Dict[str, Tensor], x_B_S_H: Tensor, distance: Optional[Tensor]) -> List[Tensor]:
        cos, sin = self.rope.angles(distance, x_B_S_H)
        everything = attention.causal_bias(distance, 0, x_B_S_H)
        return [cos, sin, everything, attention.causal_bias(distance, self.window, x_B_S_H)]

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
        q = attention.split_heads(linears.linear(params, name + "q_proj", x_B_S_H), self.heads)
        k = attention.split_heads(linears.linear(params, name + "k_proj", x_B_S_H), self.key_value_heads)
        v = attention.split_heads(linears.linear(params, name + "v_proj", x_B_S_H), self.key_value_heads)
        if name + "q_norm.weight" in params:
            q = norms.rms_norm(params, name + "q_norm", q, self.epsilon)
            k = norms.rms_norm(params, name + "k_norm", k, self.epsilon)
        if self.rotating[i] == 1:
            q = rotary.rotate(q, context[0], context[1])
            k = rotary.rotate(k, context[0], context[1])
        k, v = attention.remember(cache, i, k, v)
        y_B_S_AD = attention.attend(q, k, v, context[2 + self.windowed[i]], self.scale, 0.0)
        return linears.linear(params, name + "o_proj", y_B_S_AD)

    def feed_forward(self, params: Dict[str, Tensor], name: str, x_B_S_H: Tensor) -> Tensor:
        gate = norms.activation(self.activation, linears.linear(params, name + "gate_proj", x_B_S_H))
        up = linears.linear(params, name + "up_proj", x_B_S_H)
        return linears.linear(params, name + "down_proj", gate * up)

    def final(self, params: Dict[str, Tensor], x_B_S_H: Tensor) -> Tensor:
        return norms.rms_norm(params, "model.norm", x_B_S_H, self.epsilon)
