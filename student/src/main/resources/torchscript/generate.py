# Greedy text: the most likely token again and again, with keys and values kept.

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
