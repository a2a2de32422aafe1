# Several texts at once, each in a row of one cache: texts of different lengths take a step together, and a text that ends gives its
# row to another. Rows that are in use are the first ones, so that a step reads and writes views of the cache and copies nothing.
#
# Shape suffixes: R rows of the cache, B texts in its first rows, S positions, V vocabulary, N most likely ids.

from typing import Dict, Tuple

import torch
from torch import Tensor

import attention
import backbone
import decoder
import generate


# A cache of so many rows with room for so many positions. What a family keeps of a position, the decoder itself says: it takes a
# step at the last one.
def allocate(model: decoder.Decoder, params: Dict[str, Tensor], ids_R: Tensor, positions: int) -> Dict[str, Tensor]:
    ids_R_1 = ids_R.unsqueeze(1)
    cache = {"distance": attention.distances(torch.full_like(ids_R_1, positions - 1), positions)}
    backbone.hidden_states(model, params, ids_R_1[:, :0], ids_R_1, cache)
    memory: Dict[str, Tensor] = {}
    for name, x in cache.items():
        if name != "distance":
            memory[name] = x.zero_()
    return memory


# The rows from one on, as a cache that these new positions of theirs continue.
def rows(cache: Dict[str, Tensor], first: int, position_B_S: Tensor) -> Dict[str, Tensor]:
    view = {"distance": attention.distances(position_B_S, int(position_B_S.max()) + 1)}
    for name, memory in cache.items():
        view[name] = memory.narrow(0, first, position_B_S.size(0))
    return view


# Reads ids into a row, from a position on; whether what comes of them is finite.
def prefill(
    model: decoder.Decoder, params: Dict[str, Tensor], cache: Dict[str, Tensor], row: int, ids_1_S: Tensor, first: int
) -> Tensor:
    position_1_S = torch.arange(first, first + ids_1_S.size(1), device=ids_1_S.device).unsqueeze(0)
    view = rows(cache, row, position_1_S)
    return torch.isfinite(backbone.hidden_states(model, params, ids_1_S[:, :0], ids_1_S, view)).all()


# One step of the texts in the first rows: reads an id of each at its position and chooses the next, or -1 where its logits are NaN
# or infinite. Also the log-probability of that id, and the N most likely ids with theirs: of the logits as they are, at any
# temperature.
def step(
    model: decoder.Decoder,
    params: Dict[str, Tensor],
    cache: Dict[str, Tensor],
    ids_B: Tensor,
    position_B: Tensor,
    uniform_B: Tensor,
    temperature_B: Tensor,
    top_p_B: Tensor,
    top: int,
) -> Tuple[Tensor, Tensor, Tensor, Tensor]:
    ids_B_1 = ids_B.unsqueeze(1)
    view = rows(cache, 0, position_B.unsqueeze(1))
    x_B_1_H = backbone.hidden_states(model, params, ids_B_1[:, :0], ids_B_1, view)
    logits_B_V = backbone.project(model, params, x_B_1_H[:, 0])
    next_B = generate.choose(logits_B_V, uniform_B, temperature_B, top_p_B)
    log_p_B_V = torch.log_softmax(logits_B_V, 1)
    log_p_B = log_p_B_V.gather(1, next_B.unsqueeze(1)).squeeze(1)
    finite_B = torch.isfinite(logits_B_V).all(1)
    next_B = torch.where(finite_B, next_B, torch.full_like(next_B, -1))
    top_log_p_B_N, top_B_N = torch.topk(log_p_B_V, min(top, log_p_B_V.size(1)), 1)
    return next_B, log_p_B, top_B_N, top_log_p_B_N


# Copies the first positions of a row to another.
def move(cache: Dict[str, Tensor], source: int, target: int, positions: int) -> None:
    for memory in cache.values():
        memory[target, :, :positions].copy_(memory[source, :, :positions])


# Makes a row as new. A number that is NaN or infinite would reach the next text there from positions that are hidden: 0 · NaN is NaN.
def clear(cache: Dict[str, Tensor], row: int) -> None:
    for memory in cache.values():
        memory[row].zero_()
