# KL(t ‖ s) between teacher and student of one vocabulary, at positions that follow the same text. A record keeps K of the
# teacher's tokens; the rest of the vocabulary is one bucket on either side, so that the mass outside counts too.
#
# Shape suffixes: P pairs of positions, K columns.

from typing import Dict, List

import torch
from torch import Tensor


# log of the mass outside the columns; never below what the precision tells from none.
def log_rest(log_p_P_K: Tensor) -> Tensor:
    return torch.log((1.0 - log_p_P_K.exp().sum([1])).clamp(min=1e-7))


# share_P is 1/P of the pair's sequence. Summed over the sequences.
def kl(log_s_P_K: Tensor, log_t_P_K: Tensor, share_P: Tensor) -> Tensor:
    log_t_P_K = log_t_P_K.clamp(min=-100.0)
    inside_P = (log_t_P_K.exp() * (log_t_P_K - log_s_P_K)).sum([1])
    log_t_rest_P = log_rest(log_t_P_K)
    rest_P = log_t_rest_P.exp() * (log_t_rest_P - log_rest(log_s_P_K))
    return (share_P * (inside_P + rest_P)).sum()


def values(
    view_N_K: Tensor, batch: Dict[str, Tensor], loss: Dict[str, Tensor], vocabulary: int
) -> List[Tensor]:
    log_s_P_K = view_N_K.index_select(0, batch["pair"])
    return [kl(log_s_P_K, batch["pair_teacher"], batch["pair_share"])]
