# Causal attention of all kinds: grouped heads, windows, soft caps, biases by distance, keys and values of earlier calls.
#
# Shape suffixes: B sequences, S new positions, T positions from the beginning, A query heads, G key/value heads, D head dimension.
# Sequences are padded on the right: attention is causal, so a real position never sees padding.

from typing import Dict, Optional, Tuple

import torch
from torch import Tensor

import precision


# [B, S, A · D] as [B, A, S, D].
def split_heads(x_B_S_AD: Tensor, heads: int) -> Tensor:
    B, S, AD = x_B_S_AD.size()
    return x_B_S_AD.view([B, S, heads, AD // heads]).transpose(1, 2)


# Queries, keys and values that lie head by head in one tensor, [B, S, A · 3 · D].
def split_interleaved(x_B_S_3AD: Tensor, heads: int) -> Tuple[Tensor, Tensor, Tensor]:
    q, k, v = split_heads(x_B_S_3AD, heads).chunk(3, -1)
    return q, k, v


# How far behind each new position every position lies, [B, 1, S, T]: less than 0 for later ones. Its first column is where the new
# positions are. It stands for positions wherever texts do not begin with the new ones; None where they do.
def distances(position_B_S: Tensor, total: int) -> Tensor:
    return position_B_S.unsqueeze(1).unsqueeze(3) - torch.arange(total, device=position_B_S.device)


# The same of texts that begin with the new positions, [S, S].
def distances_from_start(length: int, like: Tensor) -> Tensor:
    position_S = torch.arange(length, device=like.device)
    return position_S.unsqueeze(1) - position_S


# Keys and values of a layer from the first position on. With a cache, the new ones are written to their places in it.
def remember(
    cache: Optional[Dict[str, Tensor]], layer: int, k_B_G_S_D: Tensor, v_B_G_S_D: Tensor
) -> Tuple[Tensor, Tensor]:
    if cache is None:
        return k_B_G_S_D, v_B_G_S_D
    return written(cache, "{}.k".format(layer), k_B_G_S_D), written(cache, "{}.v".format(layer), v_B_G_S_D)


# A cache has for each layer "i.k" and "i.v", [B, G, C, D], with room for C positions, and "distance" of the new positions. What is
# beyond a text's end is finite, and hidden from it.
def written(cache: Dict[str, Tensor], name: str, x_B_G_S_D: Tensor) -> Tensor:
    distance_B_1_S_T = cache["distance"]
    total = distance_B_1_S_T.size(3)
    if name not in cache:
        cache[name] = with_room(x_B_G_S_D[:, :, :0], total)
    elif cache[name].size(2) < total:
        cache[name] = with_room(cache[name], max(total, 2 * cache[name].size(2)))
    memory_B_G_C_D = cache[name]
    row_B_1 = torch.arange(x_B_G_S_D.size(0), device=x_B_G_S_D.device).unsqueeze(1)
    memory_B_G_C_D.transpose(1, 2)[row_B_1, distance_B_1_S_T[:, 0, :, 0]] = x_B_G_S_D.transpose(1, 2)
    return memory_B_G_C_D[:, :, :total]


# The same with zeros behind it.
def with_room(x_B_G_S_D: Tensor, positions: int) -> Tensor:
    B, G, S, D = x_B_G_S_D.size()
    zeros = torch.zeros([B, G, positions - S, D], dtype=x_B_G_S_D.dtype, device=x_B_G_S_D.device)
    return torch.cat([x_B_G_S_D, zeros], 2)


# How many positions a cache holds.
def remembered(cache: Dict[str, Tensor]) -> int:
    return cache["distance"].size(3) if "distance" in cache else 0


# The rows of learned positions, of which the first is at `offset`: [S, H] where all texts begin with the new positions, else
# [B, S, H].
def position_rows(weight: Tensor, offset: int, distance: Optional[Tensor], length: int) -> Tensor:
    if distance is None:
        return weight.narrow(0, offset, length)
    return torch.embedding(weight, distance[:, 0, :, 0] + offset)


# What is added to the scores, [S, S] or [B, 1, S, T]: -∞ for later positions, and for those that lie `window` or more before,
# where there is a window. Empty where plain causal attention needs none.
def causal_bias(distance: Optional[Tensor], window: int, x_B_S_H: Tensor) -> Tensor:
    B, S, H = x_B_S_H.size()
    total = S if distance is None else distance.size(-1)
    plain = distance is None or (B == 1 and (S == 1 or S == total))
    if plain and (window == 0 or total <= window):
        return torch.zeros([0], dtype=x_B_S_H.dtype, device=x_B_S_H.device)
    return full_bias(distance, window, x_B_S_H)


# The same, never empty.
def full_bias(distance: Optional[Tensor], window: int, x_B_S_H: Tensor) -> Tensor:
    if distance is None:
        distance = distances_from_start(x_B_S_H.size(1), x_B_S_H)
    return hiding(distance, window, x_B_S_H)


# 0, and -∞ where a position is hidden from another.
def hiding(distance: Tensor, window: int, like: Tensor) -> Tensor:
    hidden = distance < 0
    if window > 0:
        hidden = torch.logical_or(hidden, distance >= window)
    bias = torch.zeros(distance.size(), dtype=like.dtype, device=like.device)
    return torch.masked_fill(bias, hidden, float("-inf"))


# Attention with linear biases (Press et al., 2022): slope · distance for each head, [A, S, S] or [B, A, S, T], and -∞ for later
# positions.
def linear_bias(distance: Optional[Tensor], heads: int, x_B_S_H: Tensor) -> Tensor:
    if distance is None:
        distance = distances_from_start(x_B_S_H.size(1), x_B_S_H)
    slope_A_1_1 = slopes(heads, x_B_S_H).view([heads, 1, 1])
    return slope_A_1_1 * (-distance).to(x_B_S_H.dtype) + hiding(distance, 0, x_B_S_H)


# 2^(-8 i / A) of the i-th of A heads, where A is a power of 2. Else those of the power of 2 below, then every other one of the
# power above.
def slopes(heads: int, like: Tensor) -> Tensor:
    power = 1
    while 2 * power <= heads:
        power *= 2
    exponent_A = torch.arange(1, power + 1, dtype=like.dtype, device=like.device) * (8.0 / power)
    if power < heads:
        odd = torch.arange(1, 2 * (heads - power), 2, dtype=like.dtype, device=like.device)
        exponent_A = torch.cat([exponent_A, odd * (4.0 / power)])
    return torch.pow(2.0, -exponent_A)


# Every head so many times in a row. Its gradient is a plain sum; that of repeat_interleave is a scatter.
def repeated(k_B_G_T_D: Tensor, times: int) -> Tensor:
    B, G, T, D = k_B_G_T_D.size()
    return k_B_G_T_D.unsqueeze(2).expand([B, G, times, T, D]).reshape([B, G * times, T, D])


# Attention with learned biases (Raffel et al., 2020): for each head and distance the weight of the distance's bucket, [A, S, S] or
# [B, A, S, T]. To both sides the upper half of the buckets is for later positions; else later positions get -∞.
def bucketed_bias(
    weight_N_A: Tensor, distance: Optional[Tensor], length: int, longest: int, both_sides: bool
) -> Tensor:
    if distance is None:
        distance = distances_from_start(length, weight_N_A)
    else:
        distance = distance[:, 0]
    count = weight_N_A.size(0)
    if both_sides:
        half = count // 2
        later = (distance < 0).to(distance.dtype)
        bucket = later * half + buckets(distance.abs(), half, longest, weight_N_A)
        return torch.embedding(weight_N_A, bucket).movedim(-1, -3)
    bucket = buckets(torch.clamp(distance, 0), count, longest, weight_N_A)
    return torch.embedding(weight_N_A, bucket).movedim(-1, -3) + hiding(distance, 0, weight_N_A).unsqueeze(-3)


# The bucket of each distance of 0 or more. The lower half of them has a distance each; in the others distances grow by a constant
# factor up to `longest`, and the last has all beyond.
def buckets(distance_S_T: Tensor, count: int, longest: int, like: Tensor) -> Tensor:
    exact = count // 2
    ratio_S_T = torch.clamp(distance_S_T, 1).to(like.dtype) / exact
    shared_S_T = (torch.log(ratio_S_T) / torch.log(longest / exact) * (count - exact)).to(distance_S_T.dtype)
    return torch.where(distance_S_T < exact, distance_S_T, torch.clamp(shared_S_T + exact, None, count - 1))


# softmax(scale · q kᵀ + bias) v, [B, S, A · D], with a bias for all heads, [S, T], for each, [A, S, T], or for each sequence,
# [B, 1 or A, 1 or S, T]. Each key/value head serves A / G query heads. A soft cap c > 0 makes the scores c · tanh(score / c) before
# the bias, which must not be empty then.
def attend(
    q_B_A_S_D: Tensor, k_B_G_T_D: Tensor, v_B_G_T_D: Tensor, bias: Tensor, scale: float, soft_cap: float
) -> Tensor:
    B, A, S, D = q_B_A_S_D.size()
    G = k_B_G_T_D.size(1)
    q, k, v = precision.narrowed(q_B_A_S_D), precision.narrowed(k_B_G_T_D), precision.narrowed(v_B_G_T_D)
    if G < A:
        k = repeated(k, A // G)
        v = repeated(v, A // G)
    if soft_cap > 0.0:
        score_B_A_S_T = torch.matmul(q, k.transpose(2, 3)).to(q_B_A_S_D.dtype) * scale
        score_B_A_S_T = torch.tanh(score_B_A_S_T / soft_cap) * soft_cap + bias
        y = torch.matmul(precision.narrowed(torch.softmax(score_B_A_S_T, -1)), v)
    elif bias.numel() > 0:
        y = torch.scaled_dot_product_attention(q, k, v, precision.narrowed(bias), 0.0, False, scale=scale)
    else:
        y = torch.scaled_dot_product_attention(q, k, v, None, 0.0, S > 1, scale=scale)
    return y.transpose(1, 2).reshape([B, S, A * D]).to(q_B_A_S_D.dtype)
