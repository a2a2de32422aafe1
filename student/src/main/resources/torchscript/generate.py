# Text with keys and values kept: the most likely token again and again, or a drawn one.

from typing import Dict

import torch
from torch import Tensor

import decoder


# The ids after the prompt, at most `limit`; a stop id ends the text and is not part of it.
def greedy(
    params: Dict[str, Tensor],
    prompt_1_S: Tensor,
    stop_E: Tensor,
    limit: int,
    heads: int,
    theta: float,
    epsilon: float,
) -> Tensor:
    cache: Dict[str, Tensor] = {}
    text = torch.zeros([0], dtype=prompt_1_S.dtype, device=prompt_1_S.device)
    ids_1_S = prompt_1_S
    first = 0
    for _ in range(limit):
        x_1_S_H = decoder.hidden_states(params, ids_1_S, heads, theta, epsilon, first, cache)
        first += ids_1_S.size(1)
        next_1 = decoder.project(params, x_1_S_H[:, -1]).argmax(1)
        if bool((next_1 == stop_E).any()):
            return text
        text = torch.cat([text, next_1])
        ids_1_S = next_1.unsqueeze(0)
    return text


# The first id at which the cumulative sum of softmax(logits / temperature) exceeds uniform · its last value. In fp32, and on
# the CPU, where a cumulative sum adds in one order. Less the greatest logit, so that no temperature makes any of them infinite.
def draw(logits_1_V: Tensor, uniform: Tensor, temperature: float) -> Tensor:
    logits_1_V = logits_1_V.cpu().to(uniform.dtype)
    cumulative_1_V = torch.cumsum(torch.softmax((logits_1_V - logits_1_V.amax([1], True)) / temperature, 1), 1)
    return (cumulative_1_V <= uniform * cumulative_1_V[:, -1:]).sum([1])


# The same with tokens that are drawn: the token at t with uniform_T[t], from 0 to below 1.
def sampled(
    params: Dict[str, Tensor],
    prompt_1_S: Tensor,
    stop_E: Tensor,
    uniform_T: Tensor,
    temperature: float,
    heads: int,
    theta: float,
    epsilon: float,
) -> Tensor:
    cache: Dict[str, Tensor] = {}
    text = torch.zeros([0], dtype=prompt_1_S.dtype, device=prompt_1_S.device)
    ids_1_S = prompt_1_S
    first = 0
    uniform_T = uniform_T.cpu()
    for t in range(uniform_T.size(0)):
        x_1_S_H = decoder.hidden_states(params, ids_1_S, heads, theta, epsilon, first, cache)
        first += ids_1_S.size(1)
        next_1 = draw(decoder.project(params, x_1_S_H[:, -1]), uniform_T[t], temperature).to(prompt_1_S.device)
        if bool((next_1 == stop_E).any()):
            return text
        text = torch.cat([text, next_1])
        ids_1_S = next_1.unsqueeze(0)
    return text
