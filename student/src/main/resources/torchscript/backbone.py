# A decoder from token ids to hidden states and logits. `decoder` is the script of the model's family: its class Decoder has
#
#   layers, head, soft_cap           how many blocks; the name of the LM head; c > 0 where logits are c · tanh(logit / c)
#   switch                           s > 0 where a text of more than s positions is computed otherwise from its beginning on
#   embed(params, ids, distance)     what the first block reads, [B, S, H]
#   context(params, x, distance)     what all blocks share: angles, biases of attention scores
#   layer(params, i, x, context, cache)  block i. With a cache, x continues what the cache holds
#   final(params, x)                 what the LM head reads
#   encode(params, source)           only where there is an encoder: what all blocks share of the source, behind the context
#
# `distance` is None where texts begin with these ids; else it says where in its text each of them is, see attention.distances.
#
# An encoder reads the source, [B, E], padded on the right with -1; decoders without one get an empty source and read everything
# themselves. After the first call with a cache, the source is empty too.
#
# Shape suffixes: B sequences, E positions of the source, S positions, H hidden, N selected positions, V vocabulary. Sequences are padded on the right, and
# padded positions are never selected.

from typing import Dict, List, Optional

import torch
from torch import Tensor

import decoder
import precision


# What all blocks read beside what goes through them.
def shared(
    model: decoder.Decoder, params: Dict[str, Tensor], source_B_E: Tensor, x_B_S_H: Tensor, distance: Optional[Tensor]
) -> List[Tensor]:
    context = model.context(params, x_B_S_H, distance)
    if hasattr(model, "encode"):
        context = context + model.encode(params, source_B_E)
    return context


# What the LM head reads of every position. With a cache, its "distance" says where the positions are.
def hidden_states(
    model: decoder.Decoder,
    params: Dict[str, Tensor],
    source_B_E: Tensor,
    ids_B_S: Tensor,
    cache: Optional[Dict[str, Tensor]],
) -> Tensor:
    distance: Optional[Tensor] = None
    if cache is not None:
        distance = cache["distance"]
    x_B_S_H = model.embed(params, ids_B_S, distance)
    context = shared(model, params, source_B_E, x_B_S_H, distance)
    for i in range(model.layers):
        x_B_S_H = model.layer(params, i, x_B_S_H, context, cache)
    return model.final(params, x_B_S_H)


# The hidden states of the selected positions only: prompts and padding never reach the vocabulary.
# position_N counts through ids_B_S row by row.
def selected_states(
    model: decoder.Decoder, params: Dict[str, Tensor], source_B_E: Tensor, ids_B_S: Tensor, position_N: Tensor
) -> Tensor:
    x_B_S_H = hidden_states(model, params, source_B_E, ids_B_S, None)
    return x_B_S_H.flatten(0, 1).index_select(0, position_N)


def logits(
    model: decoder.Decoder, params: Dict[str, Tensor], source_B_E: Tensor, ids_B_S: Tensor, position_N: Tensor
) -> Tensor:
    return project(model, params, selected_states(model, params, source_B_E, ids_B_S, position_N))


def project(model: decoder.Decoder, params: Dict[str, Tensor], x_N_H: Tensor) -> Tensor:
    x_N_V = precision.linear(x_N_H, params[model.head], None)
    return x_N_V if model.soft_cap == 0.0 else torch.tanh(x_N_V / model.soft_cap) * model.soft_cap
