# Text with keys and values kept: one token after another, the most likely one or a drawn one.

from typing import Dict, Tuple

import torch
from torch import Tensor

import attention
import backbone
import decoder


# For each row of logits the most likely id at temperature 0, else the one drawn.
def choose(logits_B_V: Tensor, uniform_B: Tensor, temperature_B: Tensor, top_p_B: Tensor) -> Tensor:
    likeliest_B = logits_B_V.argmax(1)
    temperature_B = temperature_B.cpu()
    draws_B = temperature_B > 0.0
    if not bool(draws_B.any()):
        return likeliest_B
    temperature_B = torch.where(draws_B, temperature_B, torch.ones_like(temperature_B))
    drawn_B = draw(logits_B_V, uniform_B.cpu(), temperature_B, top_p_B.cpu())
    return torch.where(draws_B, drawn_B, likeliest_B.cpu()).to(logits_B_V.device)


# The first id at which the cumulative sum of softmax(logits / temperature) exceeds uniform · its last value, over the fewest of
# the most likely ids that hold `top_p` of it. In fp32, and on the CPU, where a cumulative sum adds in one order: a row's id does not
# depend on the other rows. Less the greatest logit, so that no temperature makes any of them infinite.
def draw(logits_B_V: Tensor, uniform_B: Tensor, temperature_B: Tensor, top_p_B: Tensor) -> Tensor:
    logits_B_V = logits_B_V.cpu().to(uniform_B.dtype)
    p_B_V = torch.softmax((logits_B_V - logits_B_V.amax([1], True)) / temperature_B.unsqueeze(1), 1)
    top_p_B_1 = top_p_B.unsqueeze(1)
    if bool((top_p_B < 1.0).any()):
        sorted_B_V, order_B_V = torch.sort(p_B_V, 1, True)
        before_B_V = torch.cumsum(sorted_B_V, 1) - sorted_B_V
        kept_B_V = torch.logical_or(before_B_V < top_p_B_1, top_p_B_1 >= 1.0)
        p_B_V = torch.scatter(p_B_V, 1, order_B_V, sorted_B_V * kept_B_V.to(p_B_V.dtype))
    cumulative_B_V = torch.cumsum(p_B_V, 1)
    return (cumulative_B_V <= uniform_B.unsqueeze(1) * cumulative_B_V[:, -1:]).sum([1])


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


# The ids after those in the cache and these, and after a source that an encoder reads, at most as many as there are numbers: the
# most likely one each time at temperature 0, else the one drawn with uniform_T[t], from 0 to below 1. A stop id ends the text and is
# not part of it; -1 ends it where logits are NaN or infinite.
def write(
    model: decoder.Decoder,
    params: Dict[str, Tensor],
    cache: Dict[str, Tensor],
    source_1_E: Tensor,
    ids_1_S: Tensor,
    stop_E: Tensor,
    uniform_T: Tensor,
    temperature_1: Tensor,
    top_p_1: Tensor,
) -> Tensor:
    first = attention.remembered(cache)
    text = torch.zeros([0], dtype=ids_1_S.dtype, device=ids_1_S.device)
    for t in range(uniform_T.size(0)):
        if model.switch > 0:
            ids_1_S, first = restart(model, cache, ids_1_S, first)
        total = first + ids_1_S.size(1)
        position_1_S = torch.arange(first, total, device=ids_1_S.device).unsqueeze(0)
        cache["distance"] = attention.distances(position_1_S, total)
        x_1_S_H = backbone.hidden_states(model, params, source_1_E, ids_1_S, cache)
        source_1_E = source_1_E[:, :0]
        first = total
        logits_1_V = backbone.project(model, params, x_1_S_H[:, -1])
        if not bool(torch.isfinite(logits_1_V).all()):
            return torch.cat([text, torch.full([1], -1, dtype=text.dtype, device=text.device)])
        next_1 = choose(logits_1_V, uniform_T[t : t + 1], temperature_1, top_p_1)
        if bool((next_1 == stop_E).any()):
            return text
        text = torch.cat([text, next_1])
        ids_1_S = next_1.unsqueeze(0)
    return text
