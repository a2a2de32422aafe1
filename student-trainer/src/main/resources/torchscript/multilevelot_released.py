# MultiLevelOT as the authors' released code computes it for one sequence, for comparison. It is not the paper:
#
# - probabilities are q = softmax(x / (σ + 1e-4)), σ the deviation of a position's logits over the vocabulary;
# - the longer side sets the length L: the shorter one goes on with rows of zeros, and so does a vocabulary below k;
# - HAD is the mean over the positions both sides have;
# - SL applies a softmax to the probabilities again, and its weights are the student's and its logarithms the
#   teacher's: the mean over L rows of −Σ_i softmax(s)_i log softmax(t)_i, which hardly moves from log k;
# - SD applies a softmax at τ to the probabilities, transports rows (positions) and not columns, and is scaled by 0.001.
#
# Matching `sort` ranks each side's columns by their sums. `greedy` gives each of the teacher's ranked columns, in order,
# the student's column that is nearest in L1 and not yet taken; but as its loops count positions, only the first L
# columns take part: the teacher's first L, and the student's token ids 0 … L−1. Those beyond are zeros.
#
# Shape suffixes: T student positions, U teacher positions, L the longer, K columns, J the student's candidates.

from typing import Dict, List, Tuple

import torch
from torch import Tensor




# The nearest candidate that no earlier row has taken, for each row in order, [I]. All rows choose at once, and those
# whose choice an earlier row holds choose again: row i is right after i + 1 rounds at the latest and mostly after few.
# Each round costs one pass over [I, J]; the loop that it stands for takes I · J vector differences one by one.
def greedy(cost_I_J: Tensor) -> Tensor:
    I, J = cost_I_J.size()
    row_I = torch.arange(I, device=cost_I_J.device)
    choice_I = cost_I_J.argmin(1)
    settled = False
    while not settled:
        holder_J = torch.full([J], I, dtype=row_I.dtype, device=cost_I_J.device)
        holder_J = holder_J.scatter_reduce(0, choice_I, row_I, "amin")
        taken_I_J = holder_J.unsqueeze(0) < row_I.unsqueeze(1)
        next_I = cost_I_J.masked_fill(taken_I_J, float("inf")).argmin(1)
        settled = bool(torch.equal(next_I, choice_I))
        choice_I = next_I
    return choice_I


def cut_or_pad(x: Tensor, rows: int, columns: int) -> Tensor:
    x = x.narrow(0, 0, min(rows, x.size(0))).narrow(1, 0, min(columns, x.size(1)))
    return torch.constant_pad_nd(x, [0, columns - x.size(1), 0, rows - x.size(0)], 0.0)


def sequential_logarithmic(t_L_K: Tensor, s_L_K: Tensor) -> Tensor:
    return -(torch.softmax(s_L_K, -1) * torch.log_softmax(t_L_K, -1)).sum([-1]).mean()


def sinkhorn_distance(t_L_K: Tensor, s_L_K: Tensor, temperature: float, lambda_: float, rounds: int) -> Tensor:
    C_L_L = torch.cdist(torch.softmax(t_L_K / temperature, -1), torch.softmax(s_L_K / temperature, -1), 1.0)
    P_L_L = torch.exp(-C_L_L / lambda_)
    for _ in range(rounds):
        P_L_L = P_L_L / P_L_L.sum([1], True)
        P_L_L = P_L_L / P_L_L.sum([0], True)
    return 0.001 * (P_L_L * C_L_L).sum()


# HAD, SL and SD of one sequence. q_T_J holds the student's probabilities: at its ranked columns for `sort`, at its first
# token ids for `greedy`.
def sequence_terms(
    q_T_J: Tensor, t_U_K: Tensor, k: int, matching_greedy: bool, temperature: float, lambda_: float, rounds: int
) -> Tuple[Tensor, Tensor, Tensor]:
    both = min(q_T_J.size(0), t_U_K.size(0))
    longer = max(q_T_J.size(0), t_U_K.size(0))
    t_L_K = cut_or_pad(t_U_K, longer, k)
    if matching_greedy:
        q_L_J = cut_or_pad(q_T_J, longer, min(longer, q_T_J.size(1)))
        matched = min(q_L_J.size(1), min(k, t_U_K.size(1)))
        with_teacher_I_L = t_L_K.narrow(1, 0, matched).t()
        choice_I = greedy(torch.cdist(with_teacher_I_L, q_L_J.detach().t(), 1.0))
        s_L_K = cut_or_pad(q_L_J.index_select(1, choice_I), longer, k)
    else:
        s_L_K = cut_or_pad(q_T_J, longer, k)
    had = (t_L_K.narrow(0, 0, both) - s_L_K.narrow(0, 0, both)).abs().sum([-1]).mean()
    return had, sequential_logarithmic(t_L_K, s_L_K), sinkhorn_distance(t_L_K, s_L_K, temperature, lambda_, rounds)


# The same, summed over the sequences of a batch; the authors' code would rank a batch together.
def terms(
    log_q_N_J: Tensor,
    sequence_N: Tensor,
    log_t_B_T_K: Tensor,
    teacher_length_B: Tensor,
    k: int,
    vocabulary: int,
    matching_greedy: bool,
    temperature: float,
    lambda_: float,
    rounds: int,
) -> Tuple[Tensor, Tensor, Tensor]:
    B = log_t_B_T_K.size(0)
    columns = min(k, max(vocabulary, log_t_B_T_K.size(2)))
    counts: List[int] = torch.bincount(sequence_N, None, B).tolist()
    lengths: List[int] = teacher_length_B.tolist()
    had = torch.zeros([], dtype=log_q_N_J.dtype, device=log_q_N_J.device)
    sl = torch.zeros_like(had)
    sd = torch.zeros_like(had)
    first = 0
    for b in range(B):
        count = counts[b]
        length = lengths[b]
        if length > 0:
            t_U_K = log_t_B_T_K[b].narrow(0, 0, length).exp()
            q_T_J = log_q_N_J.narrow(0, first, count).exp()
            h, l, d = sequence_terms(q_T_J, t_U_K, columns, matching_greedy, temperature, lambda_, rounds)
            had = had + h
            sl = sl + l
            sd = sd + d
        first += count
    return had, sl, sd


# The columns of the largest sums; for `greedy` the first token ids, as many as the longer side has positions.
def choose_columns(sums_B_V: Tensor, batch: Dict[str, Tensor], loss: Dict[str, Tensor]) -> Tensor:
    B, V = sums_B_V.size()
    if not bool(loss["greedy"]):
        return torch.topk(sums_B_V, min(int(loss["k"]), V), 1)[1]
    longest = max(int(batch["step"].max()) + 1, batch["teacher"].size(1))
    first = torch.arange(min(longest, V), device=sums_B_V.device)
    return first.unsqueeze(0).expand([B, first.size(0)])


def values(
    view_N_K: Tensor, batch: Dict[str, Tensor], loss: Dict[str, Tensor], vocabulary: int
) -> List[Tensor]:
    had, sl, sd = terms(
        view_N_K,
        batch["sequence"],
        batch["teacher"],
        batch["teacher_length"],
        int(loss["k"]),
        vocabulary,
        bool(loss["greedy"]),
        float(loss["temperature_sd"]),
        float(loss["lambda"]),
        int(loss["rounds"]),
    )
    return [had, sl, sd]
