# The decoder of OPT: learned positions that begin at the third row, and ReLU. The 350M model norms after each residual sum and
# not before, and has embeddings of another width than its blocks.
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
    norm_first: bool
    activation: str
    head: str
    soft_cap: float
    switch: int

    def embed(self, params: Dict[str, Tensor], ids_B_S: Tensor, distance: Optional[Tensor]) -> Tensor:
        x_B_S_H = torch.embedding(params["model.decoder.embed_tokens.weight"], ids_B_S)
        if "model.decoder.project_in.weight" in params:
            x_B_S_H = linears.linear(params, "model.decoder.project_in", x_B_S_H)
        # The first two rows stand for padding.
        weight = params["model.decoder.embed_positions.weight"]
        return x_B_S_H + attention.position_rows(weight, 2, distance, ids_B_S.size(1))

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
        layer = "model.decoder.layers.{}.".format(i)
        h = self.norm_before(params, layer + "self_attn_layer_norm", x_B_S_H)
        x_B_S_H = x_B_S_H + self.attention(params, layer + "self_attn.", i, h, context, cache)
        x_B_S_H = self.norm_after(params, layer + "self_attn_layer_norm", x_B_S_H)
        h = self.norm_before(params, layer + "final_layer_norm", x_B_S_H)
        h = norms.activation(self.activation, linears.linear(params, layer + "fc1", h))
        x_B_S_H = x_B_S_H + linears.linear(params, layer + "fc2", h)
        return self.norm_after(params, layer + "final_layer_norm", x_B_S_H)

    def norm_before(self, params: Dict[str, Tensor], name: str, x_B_S_H: Tensor) -> Tensor:
        return norms.layer_norm(params, name, x_B_S_H, self.epsilon) if self.norm_first else x_B_S_H

    def norm_after(self, params: Dict[str, Tensor], name: str, x_B_S_H: Tensor) -> Tensor:
        return x_B_S_H if self.norm_first else norms.layer_norm(params, name, x_B_S_H, self.epsilon)

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
        k = attention.split_heads(linears.linear(params, name + "k_proj", x_B_S_H), self.heads)
        v = attention.split_heads(linears.linear(params, name + "v_proj", x_B_S_H), self.heads)
        k, v = attention.remember(cache, i, k, v)
        return linears.linear(params, name + "out_proj", attention.attend(q, k, v, context[0], self.scale, 0.0))

    def final(self, params: Dict[str, Tensor], x_B_S_H: Tensor) -> Tensor:
        if "model.decoder.final_layer_norm.weight" in params:
            x_B_S_H = norms.layer_norm(params, "model.decoder.final_layer_norm", x_B_S_H, self.epsilon)
        if "model.decoder.project_out.weight" in params:
            x_B_S_H = linears.linear(params, "model.decoder.project_out", x_B_S_H)
        return x_B_S_H
