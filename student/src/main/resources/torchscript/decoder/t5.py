# The encoder and the decoder of T5 and mT5 (Raffel et al., 2020): a bias of attention by distance that all blocks share, scores
# that are not scaled, norms without mean, and no other biases. The decoder attends to itself and then to the encoder's states.
#
# Shape suffixes: B sequences, E positions of the source, S positions, H hidden, A heads, D head dimension.

from typing import Dict, List, Optional, Tuple

import torch
from torch import Tensor

import attention
import linears
import norms


class Decoder(Module):
    training: bool
    layers: int
    encoder_layers: int
    heads: int
    epsilon: float
    longest_distance: int
    gated: bool
    activation: str
    output_scale: float
    head: str
    soft_cap: float
    switch: int

    def embed(self, params: Dict[str, Tensor], ids_B_S: Tensor, distance: Optional[Tensor]) -> Tensor:
        return torch.embedding(params["shared.weight"], ids_B_S)

    def context(self, params: Dict[str, Tensor], x_B_S_H: Tensor, distance: Optional[Tensor]) -> List[Tensor]:
        weight = params["decoder.block.0.layer.0.SelfAttention.relative_attention_bias.weight"]
        return [attention.bucketed_bias(weight, distance, x_B_S_H.size(1), self.longest_distance, False)]

    # The encoder's states, [B, E, H], and what is added to the scores of its positions, [B, 1, 1, E]: -∞ for padding.
    def encode(self, params: Dict[str, Tensor], source_B_E: Tensor) -> List[Tensor]:
        x_B_E_H = torch.embedding(params["shared.weight"], torch.clamp(source_B_E, 0))
        B, E = source_B_E.size()
        padding_B_1_1_E = torch.masked_fill(
            torch.zeros([B, 1, 1, E], dtype=x_B_E_H.dtype, device=x_B_E_H.device),
            (source_B_E < 0).view([B, 1, 1, E]),
            float("-inf"),
        )
        if E == 0:
            return [x_B_E_H, padding_B_1_1_E]
        weight = params["encoder.block.0.layer.0.SelfAttention.relative_attention_bias.weight"]
        bias = attention.bucketed_bias(weight, None, E, self.longest_distance, True) + padding_B_1_1_E
        for i in range(self.encoder_layers):
            layer = "encoder.block.{}.layer.".format(i)
            h = norms.rms_norm(params, layer + "0.layer_norm", x_B_E_H, self.epsilon)
            k, v = self.keys_and_values(params, layer + "0.SelfAttention.", h)
            x_B_E_H = x_B_E_H + self.attend(params, layer + "0.SelfAttention.", h, k, v, bias)
            x_B_E_H = x_B_E_H + self.feed_forward(params, layer + "1.", x_B_E_H)
        return [norms.rms_norm(params, "encoder.final_layer_norm", x_B_E_H, self.epsilon), padding_B_1_1_E]

    def layer(
        self,
        params: Dict[str, Tensor],
        i: int,
        x_B_S_H: Tensor,
        context: List[Tensor],
        cache: Optional[Dict[str, Tensor]],
    ) -> Tensor:
        layer = "decoder.block.{}.layer.".format(i)
        h = norms.rms_norm(params, layer + "0.layer_norm", x_B_S_H, self.epsilon)
        k, v = self.keys_and_values(params, layer + "0.SelfAttention.", h)
        k, v = attention.remember(cache, i, k, v)
        x_B_S_H = x_B_S_H + self.attend(params, layer + "0.SelfAttention.", h, k, v, context[0])
        h = norms.rms_norm(params, layer + "1.layer_norm", x_B_S_H, self.epsilon)
        k, v = self.of_source(params, layer + "1.EncDecAttention.", i, context[1], cache)
        # Empty after the first call with a cache: then there is one new position and no padding, and no bias is needed.
        x_B_S_H = x_B_S_H + self.attend(params, layer + "1.EncDecAttention.", h, k, v, context[2])
        return x_B_S_H + self.feed_forward(params, layer + "2.", x_B_S_H)

    # The source's keys and values, which are computed once.
    def of_source(
        self,
        params: Dict[str, Tensor],
        name: str,
        i: int,
        states_B_E_H: Tensor,
        cache: Optional[Dict[str, Tensor]],
    ) -> Tuple[Tensor, Tensor]:
        keys = "{}.source.k".format(i)
        values = "{}.source.v".format(i)
        if cache is not None:
            if keys in cache:
                return cache[keys], cache[values]
        # A view of this block's: its gradients of keys and values are added up before those of other blocks, also where blocks are
        # computed again.
        k, v = self.keys_and_values(params, name, states_B_E_H.view_as(states_B_E_H))
        if cache is not None:
            cache[keys] = k
            cache[values] = v
        return k, v

    def keys_and_values(self, params: Dict[str, Tensor], name: str, x: Tensor) -> Tuple[Tensor, Tensor]:
        k = attention.split_heads(linears.linear(params, name + "k", x), self.heads)
        return k, attention.split_heads(linears.linear(params, name + "v", x), self.heads)

    def attend(
        self, params: Dict[str, Tensor], name: str, x_B_S_H: Tensor, k: Tensor, v: Tensor, bias: Tensor
    ) -> Tensor:
        q = attention.split_heads(linears.linear(params, name + "q", x_B_S_H), self.heads)
        return linears.linear(params, name + "o", attention.attend(q, k, v, bias, 1.0, 0.0))

    def feed_forward(self, params: Dict[str, Tensor], name: str, x: Tensor) -> Tensor:
        h = norms.rms_norm(params, name + "layer_norm", x, self.epsilon)
        dense = name + "DenseReluDense."
        if self.gated:
            gate = norms.activation(self.activation, linears.linear(params, dense + "wi_0", h))
            h = gate * linears.linear(params, dense + "wi_1", h)
        else:
            h = norms.activation(self.activation, linears.linear(params, dense + "wi", h))
        return linears.linear(params, dense + "wo", h)

    def final(self, params: Dict[str, Tensor], x_B_S_H: Tensor) -> Tensor:
        return norms.rms_norm(params, "decoder.final_layer_norm", x_B_S_H, self.epsilon) * self.output_scale
