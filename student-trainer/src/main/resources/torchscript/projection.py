# The LM head and the softmax over the vocabulary, fused with the losses and done in chunks of positions.
#
# Every loss reads a few log-probabilities of each position and none reads all V. So the first pass over the chunks keeps
# per position only what the losses read and the softmax's statistics that some of them need; the losses and their gradients
# live on those; and the second pass turns the gradients into those of hidden states and LM head. Logits are computed once for
# each pass, or kept when one chunk holds them all: peak memory is O(chunk · V + N · K), whatever N.
#
# A view is a set of log-probabilities log p_v = x_v − log Σ exp x, read at ids of its own for each position. Two
# distributions are read: "plain", p = softmax(x), and "standardised", q = softmax(x / (σ + ε)), σ the deviation of x.
#
# Shape suffixes: N response positions of all sequences end to end, C those of a chunk, B sequences, V vocabulary,
# H hidden, K what a view reads of a position.

from typing import Dict, List, Tuple

import torch
from torch import Tensor

import precision


# The logits of the positions from `first` on. Without an LM head the hidden states are the logits. A soft cap c > 0 makes them
# x = c · tanh(z / c) of what the LM head gives: everything here reads x, and `through_cap` leads its gradient to z.
def logits(h_N_H: Tensor, weight_V_H: Tensor, first: int, count: int, soft_cap: float) -> Tensor:
    h_C_H = h_N_H.narrow(0, first, count)
    if weight_V_H.numel() == 0:
        return capped(h_C_H, soft_cap)
    return capped(precision.linear(h_C_H, weight_V_H, None), soft_cap)


def capped(z: Tensor, soft_cap: float) -> Tensor:
    return z if soft_cap == 0.0 else torch.tanh(z / soft_cap) * soft_cap


# dL/dz = dL/dx · (1 − (x / c)²), in place.
def through_cap(d_C_V: Tensor, x_C_V: Tensor, soft_cap: float) -> None:
    if soft_cap > 0.0:
        d_C_V.addcmul_(d_C_V * x_C_V, x_C_V, value=-1.0 / (soft_cap * soft_cap))


# σ + ε as the reciprocal a = 1 / (σ + ε), [C, 1].
def standardiser(x_C_V: Tensor, epsilon: float) -> Tensor:
    return torch.reciprocal(torch.std(x_C_V, [1], True, True) + epsilon)


# Σ over the positions of each sequence, added to sums_B_V.
def add_columns(sums_B_V: Tensor, p_C_V: Tensor, sequence_C: Tensor) -> None:
    member_B_C = (torch.arange(sums_B_V.size(0), device=p_C_V.device).unsqueeze(1) == sequence_C).to(p_C_V.dtype)
    sums_B_V.addmm_(member_B_C, p_C_V)


# Σ p² of each position, which the norm of a gradient depends on.
def collision(log_p_C_V: Tensor) -> Tensor:
    return torch.norm(log_p_C_V.exp(), 2, [1]).square()


# log Σ exp x.
def log_partition(x_C_V: Tensor, log_p_C_V: Tensor) -> Tensor:
    return (x_C_V.narrow(1, 0, 1) - log_p_C_V.narrow(1, 0, 1)).squeeze(1)


# Statistics of q of the positions of one chunk: a, log Σ exp (a x), the mean of x, and the mean of x under q; Σ q² where
# gradients' norms are asked for. Column sums of q are added to sums_B_V.
def standardised_statistics(
    x_C_V: Tensor, sequence_C: Tensor, sums_B_V: Tensor, epsilon: float, norms: bool
) -> Dict[str, Tensor]:
    found: Dict[str, Tensor] = {}
    a_C_1 = standardiser(x_C_V, epsilon)
    y_C_V = x_C_V * a_C_1
    log_z_q_C = torch.logsumexp(y_C_V, [1])
    q_C_V = y_C_V.sub_(log_z_q_C.unsqueeze(1)).exp_()
    found["scale"] = a_C_1.squeeze(1)
    found["mean"] = x_C_V.mean([1])
    found["q_log_z"] = log_z_q_C
    found["q_mean"] = torch.bmm(q_C_V.unsqueeze(1), x_C_V.unsqueeze(2)).flatten()
    if norms:
        found["q_collision"] = torch.norm(q_C_V, 2, [1]).square()
    add_columns(sums_B_V, q_C_V, sequence_C)
    return found


# x at the ids of each position, [N, K], by way of the hidden states: V is not touched.
def gather_columns(
    h_N_H: Tensor, weight_V_H: Tensor, column_B_K: Tensor, sequence_N: Tensor, soft_cap: float
) -> Tensor:
    if weight_V_H.numel() == 0:
        return capped(h_N_H.gather(1, column_B_K.index_select(0, sequence_N)), soft_cap)
    parts: List[Tensor] = []
    # The positions of a sequence lie together.
    first = 0
    counts: List[int] = torch.bincount(sequence_N, None, column_B_K.size(0)).tolist()
    for b in range(column_B_K.size(0)):
        count = counts[b]
        parts.append(precision.linear(h_N_H.narrow(0, first, count), weight_V_H.index_select(0, column_B_K[b]), None))
        first += count
    return capped(torch.cat(parts), soft_cap)


# dL/dx of a chunk's positions, from the gradients g of views of log p at ids: g scattered − p Σ g. In place of p.
def plain_gradient(p_C_V: Tensor, ids: List[Tensor], gradients: List[Tensor]) -> Tensor:
    total_C = torch.zeros([p_C_V.size(0)], dtype=p_C_V.dtype, device=p_C_V.device)
    for g_C_K in gradients:
        total_C = total_C + g_C_K.sum(1)
    d_C_V = p_C_V.mul_(-total_C.unsqueeze(1))
    for i in range(len(ids)):
        d_C_V.scatter_add_(1, ids[i], gradients[i])
    return d_C_V


# The same for one view of log q, added to d_C_V. With y = a x and g_y = dL/dy, σ depends on every x:
# dL/dx_v = a g_y,v − a² ⟨g_y, x⟩ (x_v − mean) / ((V − 1) σ).
def add_standardised_gradient(
    d_C_V: Tensor,
    x_C_V: Tensor,
    a_C: Tensor,
    mean_C: Tensor,
    log_z_C: Tensor,
    q_mean_C: Tensor,
    epsilon: float,
    id_C_K: Tensor,
    g_C_K: Tensor,
) -> None:
    total_C = g_C_K.sum(1)
    g_y_C_V = (x_C_V * a_C.unsqueeze(1)).sub_(log_z_C.unsqueeze(1)).exp_().mul_(-total_C.unsqueeze(1))
    g_y_C_V.scatter_add_(1, id_C_K, g_C_K)
    slope_C = deviation_slope(a_C, (g_C_K * x_C_V.gather(1, id_C_K)).sum(1) - total_C * q_mean_C, epsilon, x_C_V.size(1))
    d_C_V.add_(g_y_C_V.mul_(a_C.unsqueeze(1)))
    d_C_V.addcmul_(x_C_V, slope_C.unsqueeze(1), value=-1)
    d_C_V.add_((slope_C * mean_C).unsqueeze(1))


# a² ⟨g_y, x⟩ / ((V − 1) σ); a position whose logits are all alike has σ = 0 and no direction to grow it in.
def deviation_slope(a_C: Tensor, g_y_x_C: Tensor, epsilon: float, vocabulary: int) -> Tensor:
    deviation_C = deviation(a_C, epsilon)
    slope_C = a_C.square() * g_y_x_C / (max(vocabulary - 1, 1) * deviation_C.clamp(min=1e-30))
    return torch.where(deviation_C > 0, slope_C, torch.zeros_like(slope_C))


def deviation(a_C: Tensor, epsilon: float) -> Tensor:
    return (torch.reciprocal(a_C) - epsilon).clamp(min=0.0)


# ‖dL/dx‖² over the vocabulary of each position, of one view's gradient, without touching V:
# Σ_K (g − p Σg)² + (Σg)² (Σ_V p² − Σ_K p²). The ids of a view differ from each other.
def plain_square(log_p_N_K: Tensor, g_N_K: Tensor, collision_N: Tensor) -> Tensor:
    p_N_K = log_p_N_K.exp()
    total_N_1 = g_N_K.sum(1, True)
    inside_N = (g_N_K - p_N_K * total_N_1).square().sum(1)
    outside_N = total_N_1.squeeze(1).square() * (collision_N - p_N_K.square().sum(1)).clamp(min=0.0)
    return inside_N + outside_N


def standardised_square(
    log_q_N_K: Tensor, g_N_K: Tensor, found: Dict[str, Tensor], epsilon: float, vocabulary: int
) -> Tensor:
    a_N = found["scale"]
    x_N_K = (log_q_N_K + found["q_log_z"].unsqueeze(1)) / a_N.unsqueeze(1)
    g_y_x_N = (g_N_K * x_N_K).sum(1) - g_N_K.sum(1) * found["q_mean"]
    slope_N = deviation_slope(a_N, g_y_x_N, epsilon, vocabulary)
    square_N = a_N.square() * plain_square(log_q_N_K, g_N_K, found["q_collision"])
    square_N = square_N - 2.0 * a_N * slope_N * g_y_x_N
    square_N = square_N + slope_N.square() * max(vocabulary - 1, 1) * deviation(a_N, epsilon).square()
    return square_N.clamp(min=0.0)
