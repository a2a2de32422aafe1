# A Llama-family decoder over the weights' Hugging Face names.
#
# Shape suffixes: B sequences, S positions, H hidden, A query heads, G key/value heads, D head dimension,
# N selected positions, V vocabulary. Sequences are padded on the right: attention is causal, so a real position
# never sees padding, and padded positions are never selected.

from typing import Dict, List, Optional, Tuple

import torch
from torch import Tensor


def rms_norm(x: Tensor, weight: Tensor, epsilon: float) -> Tensor:
    return torch.rms_norm(x, [weight.size(0)], weight, epsilon)


# cos and sin of position · theta^(-2i/D), for the positions first … first + length - 1.
def rotary_angles(first: int, length: int, dimension: int, theta: float, like: Tensor) -> Tuple[Tensor, Tensor]:
    frequency_D = torch.pow(theta, torch.arange(0, dimension, 2, dtype=like.dtype, device=like.device) / -dimension)
    position_S = torch.arange(first, first + length, dtype=like.dtype, device=like.device)
    angle_S_D = torch.outer(position_S, frequency_D).repeat([1, 2])
    return angle_S_D.cos(), angle_S_D.sin()


# Rotates the pairs (x_i, x_{i + D/2}) of every head.
def rotate(x_B_A_S_D: Tensor, cos_S_D: Tensor, sin_S_D: Tensor) -> Tensor:
    left, right = x_B_A_S_D.chunk(2, -1)
    return x_B_A_S_D * cos_S_D + torch.cat([-right, left], -1) * sin_S_D


def attention(
    params: Dict[str, Tensor],
    layer: str,
    x_B_S_H: Tensor,
    cos: Tensor,
    sin: Tensor,
    heads: int,
    cache: Optional[Dict[str, Tensor]],
) -> Tensor:
    B, S, H = x_B_S_H.size()
    D = params[layer + "self_attn.q_proj.weight"].size(0) // heads
    G = params[layer + "self_attn.k_proj.weight"].size(0) // D

    q = torch.linear(x_B_S_H, params[layer + "self_attn.q_proj.weight"]).view([B, S, heads, D]).transpose(1, 2)
    k = torch.linear(x_B_S_H, params[layer + "self_attn.k_proj.weight"]).view([B, S, G, D]).transpose(1, 2)
    v = torch.linear(x_B_S_H, params[layer + "self_attn.v_proj.weight"]).view([B, S, G, D]).transpose(1, 2)
    q = rotate(q, cos, sin)
    k = rotate(k, cos, sin)

    if cache is not None:
        if layer + "k" in cache:
            k = torch.cat([cache[layer + "k"], k], 2)
            v = torch.cat([cache[layer + "v"], v], 2)
        cache[layer + "k"] = k
        cache[layer + "v"] = v

    # Each key/value head serves heads / G query heads.
    if G < heads:
        k = torch.repeat_interleave(k, heads // G, 1)
        v = torch.repeat_interleave(v, heads // G, 1)
    y_B_A_S_D = torch.scaled_dot_product_attention(q, k, v, None, 0.0, S > 1)
    y_B_S_AD = y_B_A_S_D.transpose(1, 2).reshape([B, S, heads * D])
    return torch.linear(y_B_S_AD, params[layer + "self_attn.o_proj.weight"])


def feed_forward(params: Dict[str, Tensor], layer: str, x_B_S_H: Tensor) -> Tensor:
    gate = torch.silu(torch.linear(x_B_S_H, params[layer + "mlp.gate_proj.weight"]))
    up = torch.linear(x_B_S_H, params[layer + "mlp.up_proj.weight"])
    return torch.linear(gate * up, params[layer + "mlp.down_proj.weight"])


# The last hidden states, after the final norm. With a cache, ids continue what the cache holds:
# either many at the start, or one at a time.
def hidden_states(
    params: Dict[str, Tensor],
    ids_B_S: Tensor,
    heads: int,
    theta: float,
    epsilon: float,
    first: int,
    cache: Optional[Dict[str, Tensor]],
) -> Tensor:
    x_B_S_H = torch.embedding(params["model.embed_tokens.weight"], ids_B_S)
    D = params["model.layers.0.self_attn.q_proj.weight"].size(0) // heads
    cos, sin = rotary_angles(first, ids_B_S.size(1), D, theta, x_B_S_H)
    i = 0
    while "model.layers.{}.input_layernorm.weight".format(i) in params:
        layer = "model.layers.{}.".format(i)
        h = rms_norm(x_B_S_H, params[layer + "input_layernorm.weight"], epsilon)
        x_B_S_H = x_B_S_H + attention(params, layer, h, cos, sin, heads, cache)
        h = rms_norm(x_B_S_H, params[layer + "post_attention_layernorm.weight"], epsilon)
        x_B_S_H = x_B_S_H + feed_forward(params, layer, h)
        i += 1
    return rms_norm(x_B_S_H, params["model.norm.weight"], epsilon)


# The hidden states of the selected positions only: prompts and padding never reach the vocabulary.
# position_N counts through ids_B_S row by row.
def selected_states(
    params: Dict[str, Tensor], ids_B_S: Tensor, position_N: Tensor, heads: int, theta: float, epsilon: float
) -> Tensor:
    x_B_S_H = hidden_states(params, ids_B_S, heads, theta, epsilon, 0, None)
    return x_B_S_H.flatten(0, 1).index_select(0, position_N)


def logits(
    params: Dict[str, Tensor], ids_B_S: Tensor, position_N: Tensor, heads: int, theta: float, epsilon: float
) -> Tensor:
    return project(params, selected_states(params, ids_B_S, position_N, heads, theta, epsilon))


# Tied embeddings have no lm_head: the embedding is the output projection.
def output_projection(params: Dict[str, Tensor]) -> str:
    return "lm_head.weight" if "lm_head.weight" in params else "model.embed_tokens.weight"


def project(params: Dict[str, Tensor], x_N_H: Tensor) -> Tensor:
    return torch.linear(x_N_H, params[output_projection(params)])
