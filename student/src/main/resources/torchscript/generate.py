# Text with keys and values kept: one token after another, the most likely one or a drawn one.

from typing import Dict, Tuple

import torch
from torch import Tensor

import attention
import backbone
import decoder


# The first id at which the cumulative sum of softmax(logits / temperature) exceeds uniform · its last value, over the fewest of
# the most likely ids that hold `top_p` of it. In fp32, and on the CPU, where a cumulative sum adds in one order. Less the greatest
# logit, so that no temperature makes any of them infinite.
def draw(logits_1_V: Tensor, uniform: Tensor, temperature: float, top_p: float) -> Tensor:
    logits_1_V = logits_1_V.cpu().to(uniform.dtype)
    p_1_V = torch.softmax((logits_1_V - logits_1_V.amax([1], True)) / temperature, 1)
    if top_p < 1.0:
        sorted_1_V, order_1_V = torch.sort(p_1_V, 1, True)
        before_1_V = torch.cumsum(sorted_1_V, 1) - sorted_1_V
        p_1_V = torch.scatter(p_1_V, 1, order_1_V, sorted_1_V * (before_1_V < top_p).to(p_1_V.dtype))
    cumulative_1_V = torch.cumsum(p_1_V, 1)
    return (cumulative_1_V <= uniform * cumulative_1_V[:, -1:]).sum([1])


# What a model computes whose rotary frequencies are others for longer texts: when the text becomes one, all of it anew.
def restart(
    model: decoder.Decoder, cache: Dict[str, Tensor], ids_1_S: Tensor, first: int
) -> Tuple[Tensor, int]:
    past_1_T = torch.cat([cache["past"], ids_1_S], 1) if first > 0 else ids_1_S
    if 0 < first and first <= model.switch and past_1_T.size(1) > model.switch:
        cache.clear()
        ids_1_S = past_1_T
        first = 0
    cache["past"] = past_1_T
    return ids_1_S, first


# The ids after those in the cache and these, and after a source that an encoder reads, at most as many as there are numbers: the most likely one each time at temperature
# 0, else the one drawn with uniform_T[t], from 0 to below 1. A stop id ends the text and is not part of it; -1 ends it where
# logits are NaN or infinite.
def write(
    model: decoder.Decoder,
    params: Dict[str, Tensor],
    cache: Dict[str, Tensor],
    source_1_E: Tensor,
    ids_1_S: Tensor,
    stop_E: Tensor,
    uniform_T: Tensor,
    temperature: float,
    top_p: float,
) -> Tensor:
    first = attention.remembered(cache)
    text = torch.zeros([0], dtype=ids_1_S.dtype, device=ids_1_S.device)
    uniform_T = uniform_T.cpu()
    for t in range(uniform_T.size(0)):
        if model.switch > 0:
            ids_1_S, first = restart(model, cache, ids_1_S, first)
        x_1_S_H = backbone.hidden_states(model, params, source_1_E, ids_1_S, first, cache)
        source_1_E = source_1_E[:, :0]
        first += ids_1_S.size(1)
        logits_1_V = backbone.project(model, params, x_1_S_H[:, -1])
        if not bool(torch.isfinite(logits_1_V).all()):
            return torch.cat([text, torch.full([1], -1, dtype=text.dtype, device=text.device)])
        if temperature == 0.0:
            next_1 = logits_1_V.argmax(1)
        else:
            next_1 = draw(logits_1_V, uniform_T[t], temperature, top_p).to(text.device)
        if bool((next_1 == stop_E).any()):
            return text
        text = torch.cat([text, next_1])
        ids_1_S = next_1.unsqueeze(0)
    return text
