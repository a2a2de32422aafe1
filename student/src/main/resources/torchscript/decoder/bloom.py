# The decoder of Bloom and Bloomz: no positions but linear biases of attention by distance, a norm of the embeddings, queries,
# keys and values of a head side by side in one linear map.
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
    scale: float
    residual_of_norm: bool
    head: str
    soft_cap: float
    switch: int

    def embed(self, params: Dict[str, Tensor], ids_B_S: Tensor, distance: Optional[Tensor]) -> Tensor:
        x_B_S_H = torch.embedding(params["transformer.word_embeddings.weight"], ids_B_S)
        return norms.layer_norm(params, "transformer.word_embeddings_layernorm", x_B_S_H, self.epsilon)

    def context(self, params: Dict[str, Tensor], x_B_S_H: Tensor, distance: Optional[Tensor]) -> List[Tensor]:
        return [attention.linear_bias(distance, self.heads, x_B_S_H)]

    def layer(
        self,
        params: Dict[str, Tensor],
        i: int,
        x_B_S_H: Tensor,
        context: List[Tensor],
        cache: Optional[Dict[str, Tensor]],
    ) -> Tensor:
        layer = "transformer.h.{}.".format(i)
        h = norms.layer_norm(params, layer + "input_layernorm", x_B_S_H, self.epsilon)
        residual = h if self.residual_of_norm else x_B_S_H
        x_B_S_H = residual + self.attention(params, layer + "self_attention.", i, h, context, cache)
        h = norms.layer_norm(params, layer + "post_attention_layernorm", x_B_S_H, self.epsilon)
        residual = h if self.residual_of_norm else x_B_S_H
        h = norms.activation("gelu_tanh", linears.linear(params, layer + "mlp.dense_h_to_4h", h))
        return residual + linears.linear(params, layer + "mlp.dense_4h_to_h", h)

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
        k, v = attention.remember(cache, i, k, v)
        return linears.linear(params, name + "dense", attention.attend(q, k, v, context[0], self.scale, 0.0))

    def final(self, params: Dict[str, Tensor], x_B_S_H: Tensor) -> Tensor:
        return norms.layer_norm(params, "transformer.ln_f", x_B_S_H, self.epsilon)
