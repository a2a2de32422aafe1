# MultiLevelOT (Cui et al., AAAI 2025, arXiv 2412.14528), the paper's equations.
#
#   L   = CE + α (HAD + β SL + γ SD)
#   HAD = Σ_t Σ_i |t_i(t) − s_i(t)|
#   SL  = −Σ_t Σ_i t_i(t) log s_i(t)
#   SD  = ⟨P, C⟩,  C_ij = Σ_t |t_i(t) − s_j(t)|,  P from exp(−C/λ) by N rounds of row then column normalisation
#
# t and s are softmax probabilities over the whole vocabulary; i counts the k columns with the largest sums over the
# response, each side ranked on its own and once for all positions. Positions past the shorter side are cut.
#
# Shape suffixes: B sequences, T positions, K columns, N the batch's response positions laid end to end, n those of
# them that both sides have, V vocabulary. sequence_N and step_N say which sequence and which t each of the N is.

from typing import Dict, List, Tuple

import torch
from torch import Tensor


# log of the truncated distribution at temperature τ. The truncated columns lack the rest of the vocabulary, so their
# own sum M stands for the normaliser: q_i = M · p_i^(1/τ) / Σ_j p_j^(1/τ). At τ = 1 that is p itself.
def temper(log_p: Tensor, temperature: float) -> Tensor:
    if temperature == 1.0:
        return log_p
    log_mass = torch.logsumexp(log_p, [-1], True)
    return log_mass + torch.log_softmax(log_p / temperature, -1)


def holistic_absolute_difference(t_n_K: Tensor, s_n_K: Tensor) -> Tensor:
    return (t_n_K - s_n_K).abs().sum()


def sequential_logarithmic(t_n_K: Tensor, log_s_n_K: Tensor) -> Tensor:
    return -(t_n_K * log_s_n_K).sum()


# In the log domain: C grows with the response, and exp(−C/λ) would underflow to rows of zeros.
def sinkhorn_distance(t_B_T_K: Tensor, s_B_T_K: Tensor, lambda_: float, rounds: int) -> Tensor:
    C_B_K_K = torch.cdist(t_B_T_K.transpose(1, 2), s_B_T_K.transpose(1, 2), 1.0)
    log_P = -C_B_K_K / lambda_
    for _ in range(rounds):
        log_P = log_P - torch.logsumexp(log_P, [2], True)
        log_P = log_P - torch.logsumexp(log_P, [1], True)
    return (log_P.exp() * C_B_K_K).sum()


# HAD, SL and SD, each summed over the sequences. Both sides hold log-probabilities of their own ranked columns.
def terms(
    log_s_N_K: Tensor,
    sequence_N: Tensor,
    step_N: Tensor,
    log_t_B_T_K: Tensor,
    teacher_length_B: Tensor,
    temperature_sl: float,
    temperature_sd: float,
    lambda_: float,
    rounds: int,
) -> Tuple[Tensor, Tensor, Tensor]:
    B, T, K = log_t_B_T_K.size()
    k = min(K, log_s_N_K.size(1))

    # Both sides side by side, cut to the shorter one.
    both_n = (step_N < teacher_length_B.index_select(0, sequence_N)).nonzero().squeeze(1)
    b = sequence_N.index_select(0, both_n)
    t = step_N.index_select(0, both_n)
    log_s_n_k = log_s_N_K.narrow(1, 0, k).index_select(0, both_n)
    log_t_n_k = log_t_B_T_K.narrow(2, 0, k).index([b, t])

    had = holistic_absolute_difference(log_t_n_k.exp(), log_s_n_k.exp())
    sl = sequential_logarithmic(temper(log_t_n_k, temperature_sl).exp(), temper(log_s_n_k, temperature_sl))
    # A padded position has probability 0 on both sides and adds nothing to C.
    empty_B_T_K = torch.zeros([B, T, k], dtype=log_s_N_K.dtype, device=log_s_N_K.device)
    sd = sinkhorn_distance(
        empty_B_T_K.index_put([b, t], temper(log_t_n_k, temperature_sd).exp()),
        empty_B_T_K.index_put([b, t], temper(log_s_n_k, temperature_sd).exp()),
        lambda_,
        rounds,
    )
    return had, sl, sd


# The columns of the largest sums.
def choose_columns(sums_B_V: Tensor, batch: Dict[str, Tensor], loss: Dict[str, Tensor]) -> Tensor:
    return torch.topk(sums_B_V, min(int(loss["k"]), sums_B_V.size(1)), 1)[1]


def values(
    view_N_K: Tensor, batch: Dict[str, Tensor], loss: Dict[str, Tensor], vocabulary: int
) -> List[Tensor]:
    had, sl, sd = terms(
        view_N_K,
        batch["sequence"],
        batch["step"],
        batch["teacher"],
        batch["teacher_length"],
        float(loss["temperature_sl"]),
        float(loss["temperature_sd"]),
        float(loss["lambda"]),
        int(loss["rounds"]),
    )
    return [had, sl, sd]
