# MultiLevelOT made robust: the paper's three terms, with what it leaves to chance decided by the text.
#
# - Positions are compared where a token of the student and a token of the teacher start at the same byte: both then
#   predict what follows the same text. The others are left out, and nothing is cut because one side is longer.
# - A teacher's column meets the student's token of the same bytes where there is one. Those left over meet the student's
#   most probable columns by rank, as in the paper.
# - Terms are means over the pairs, so that their weight does not grow with the response; C is one too, and exp(−C/λ)
#   stays within range. The Sinkhorn iteration is in the log domain.
# - SL is a proper score: the mass outside the columns is one more outcome, so its minimum is at s = t.
#
# Shape suffixes: B sequences, P pairs of positions of all sequences, Q those of one sequence, K columns.

from typing import Dict, List, Tuple

import torch
from torch import Tensor

import kl
import multilevelot


# The student's column for each of the teacher's: matched_B_K where that is no −1, else the next of the most probable
# that is not matched already.
def columns(sums_B_V: Tensor, matched_B_K: Tensor) -> Tensor:
    B, K = matched_B_K.size()
    # A place of its own past the vocabulary takes the −1s.
    V = sums_B_V.size(1)
    is_matched_B_K = matched_B_K >= 0
    target_B_K = torch.where(is_matched_B_K, matched_B_K, torch.full_like(matched_B_K, V))
    free_B_V = torch.constant_pad_nd(sums_B_V, [0, 1], 0.0)
    free_B_V = free_B_V.scatter(1, target_B_K, -1.0).narrow(1, 0, V)
    ranked_B_K = torch.topk(free_B_V, K, 1)[1]
    place_B_K = (torch.cumsum((~is_matched_B_K).to(matched_B_K.dtype), 1) - 1).clamp(min=0)
    return torch.where(is_matched_B_K, matched_B_K, ranked_B_K.gather(1, place_B_K))


# HAD, SL and SD, each a mean over the pairs of a sequence and summed over the sequences. share_P is 1/Q of the pair's
# sequence; place_P is its number among the sequence's pairs.
def terms(
    log_s_P_K: Tensor,
    log_t_P_K: Tensor,
    sequence_P: Tensor,
    place_P: Tensor,
    share_P: Tensor,
    sequences: int,
    temperature_sd: float,
    lambda_: float,
    rounds: int,
) -> Tuple[Tensor, Tensor, Tensor]:
    P, K = log_s_P_K.size()
    log_t_P_K = log_t_P_K.clamp(min=-100.0)
    had = (share_P.unsqueeze(1) * (log_t_P_K.exp() - log_s_P_K.exp()).abs()).sum()
    inside_P = (log_t_P_K.exp() * log_s_P_K).sum([1])
    outside_P = kl.log_rest(log_t_P_K).exp() * kl.log_rest(log_s_P_K)
    sl = -(share_P * (inside_P + outside_P)).sum()
    if P == 0:
        return had, sl, had
    longest = int(place_P.max()) + 1
    empty_B_Q_K = torch.zeros([sequences, longest, K], dtype=log_s_P_K.dtype, device=log_s_P_K.device)
    # |a − b| / Q = |a / Q − b / Q|: with the share inside, C is a mean and padding adds nothing.
    t_P_K = multilevelot.temper(log_t_P_K, temperature_sd).exp() * share_P.unsqueeze(1)
    s_P_K = multilevelot.temper(log_s_P_K, temperature_sd).exp() * share_P.unsqueeze(1)
    sd = multilevelot.sinkhorn_distance(
        empty_B_Q_K.index_put([sequence_P, place_P], t_P_K),
        empty_B_Q_K.index_put([sequence_P, place_P], s_P_K),
        lambda_,
        rounds,
    )
    return had, sl, sd


def choose_columns(sums_B_V: Tensor, batch: Dict[str, Tensor], loss: Dict[str, Tensor]) -> Tensor:
    K = min(int(loss["k"]), sums_B_V.size(1))
    return columns(sums_B_V, batch["matched"].narrow(1, 0, min(K, batch["matched"].size(1))))


def values(
    view_N_K: Tensor, batch: Dict[str, Tensor], loss: Dict[str, Tensor], vocabulary: int
) -> List[Tensor]:
    pair_P = batch["pair"]
    had, sl, sd = terms(
        view_N_K.index_select(0, pair_P),
        batch["pair_teacher"].narrow(1, 0, view_N_K.size(1)),
        batch["sequence"].index_select(0, pair_P),
        batch["pair_place"],
        batch["pair_share"],
        int(batch["sequences"]),
        float(loss["temperature_sd"]),
        float(loss["lambda"]),
        int(loss["rounds"]),
    )
    return [had, sl, sd]
