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


# Keys and values of a layer from the first position on. With a cache, they continue what it holds.
def remember(
    cache: Optional[Dict[str, Tensor]], layer: int, k_B_G_S_D: Tensor, v_B_G_S_D: Tensor
) -> Tuple[Tensor, Tensor]:
    if cache is None:
        return k_B_G_S_D, v_B_G_S_D
    keys = "{}.k".format(layer)
    values = "{}.v".format(layer)
    if keys in cache:
        cache[keys] = torch.cat([cache[keys], k_B_G_S_D], 2)
        cache[values] = torch.cat([cache[values], v_B_G_S_D], 2)
    else:
        cache[keys] = k_B_G_S_D
        cache[values] = v_B_G_S_D
    return cache[keys], cache[values]


# How many positions a cache holds.
def remembered(cache: Dict[str, Tensor]) -> int:
    return cache["0.k"].size(2) if "0.k" in cache else 0


# What is added to the scores of the positions first … first + length - 1, [S, T]: -∞ for later positions, and for those that
# lie `window` or more before, where there is a window. Empty where plain causal attention needs none.
def causal_bias(first: int, length: int, window: int, like: Tensor) -> Tensor:
    total = first + length
    if (first == 0 or length == 1) and (window == 0 or total <= window):
        return torch.zeros([0], dtype=like.dtype, device=like.device)
    return full_bias(first, length, window, like)


# The same, never empty.
def full_bias(first: int, length: int, window: int, like: Tensor) -> Tensor:
    total = first + length
    query_S_1 = torch.arange(first, total, device=like.device).unsqueeze(1)
    distance_S_T = query_S_1 - torch.arange(total, device=like.device)
    hidden_S_T = distance_S_T < 0
    if window > 0:
        hidden_S_T = torch.logical_or(hidden_S_T, distance_S_T >= window)
    bias_S_T = torch.zeros([length, total], dtype=like.dtype, device=like.device)
    return torch.masked_fill(bias_S_T, hidden_S_T, float("-inf"))


# Attention with linear biases (Press et al., 2022): slope · distance for each head, [A, S, T], and -∞ for later positions.
def linear_bias(first: int, length: int, heads: int, like: Tensor) -> Tensor:
    total = first + length
    position_T = torch.arange(total, dtype=like.dtype, device=like.device)
    distance_S_T = position_T - position_T[first:].unsqueeze(1)
    slope_A_1_1 = slopes(heads, like).view([heads, 1, 1])
    return slope_A_1_1 * distance_S_T + full_bias(first, length, 0, like)


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


# Attention with learned biases (Raffel et al., 2020): for each head and distance the weight of the distance's bucket, [A, S, T].
# To both sides the upper half of the buckets is for later positions; else later positions get -∞.
def bucketed_bias(weight_N_A: Tensor, first: int, length: int, longest: int, both_sides: bool) -> Tensor:
    position_T = torch.arange(first + length, device=weight_N_A.device)
    distance_S_T = position_T - position_T[first:].unsqueeze(1)
    count = weight_N_A.size(0)
    if both_sides:
        half = count // 2
        later_S_T = (distance_S_T > 0).to(distance_S_T.dtype)
        bucket_S_T = later_S_T * half + buckets(distance_S_T.abs(), half, longest, weight_N_A)
        return torch.embedding(weight_N_A, bucket_S_T).permute([2, 0, 1])
    bucket_S_T = buckets(torch.clamp(-distance_S_T, 0), count, longest, weight_N_A)
    bias_A_S_T = torch.embedding(weight_N_A, bucket_S_T).permute([2, 0, 1])
    return bias_A_S_T + full_bias(first, length, 0, weight_N_A)


# The bucket of each distance of 0 or more. The lower half of them has a distance each; in the others distances grow by a constant
# factor up to `longest`, and the last has all beyond.
def buckets(distance_S_T: Tensor, count: int, longest: int, like: Tensor) -> Tensor:
    exact = count // 2
    ratio_S_T = torch.clamp(distance_S_T, 1).to(like.dtype) / exact
    shared_S_T = (torch.log(ratio_S_T) / torch.log(longest / exact) * (count - exact)).to(distance_S_T.dtype)
    return torch.where(distance_S_T < exact, distance_S_T, torch.clamp(shared_S_T + exact, None, count - 1))


# softmax(scale · q kᵀ + bias) v, [B, S, A · D], with a bias for all heads, [S, T], for each, [A, S, T], or for each sequence,
# [B, 1 or A, 1 or S, T].
# Each key/value head serves A / G query heads. A soft cap c > 0 makes the
# scores c · tanh(score / c) before the bias, which must not be empty then.
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
