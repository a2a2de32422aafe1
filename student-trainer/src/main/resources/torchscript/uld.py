# Universal Logit Distillation (Boizard et al., 2402.12030): the Wasserstein distance between the sorted probabilities of
# student and teacher, (1/T) Σ_t Σ_i |t_(i)(t) − s_(i)(t)|, over the positions that both have.
#
# A record keeps the teacher's K most probable tokens of each position; what lies beyond is one bucket on either side.

from typing import Dict, List

import torch
from torch import Tensor


# log_s_N_K and log_t_B_T_K are sorted, the most probable first. Summed over the sequences.
def uld(
    log_s_N_K: Tensor, sequence_N: Tensor, step_N: Tensor, log_t_B_T_K: Tensor, teacher_length_B: Tensor
) -> Tensor:
    k = min(log_s_N_K.size(1), log_t_B_T_K.size(2))
    both_n = (step_N < teacher_length_B.index_select(0, sequence_N)).nonzero().squeeze(1)
    b = sequence_N.index_select(0, both_n)
    s_n_K = log_s_N_K.narrow(1, 0, k).index_select(0, both_n).exp()
    t_n_K = log_t_B_T_K.narrow(2, 0, k).index([b, step_N.index_select(0, both_n)]).exp()
    distance_n = (t_n_K - s_n_K).abs().sum([1]) + (t_n_K.sum([1]) - s_n_K.sum([1])).abs()
    count_B = torch.bincount(b, None, log_t_B_T_K.size(0)).to(distance_n.dtype)
    return (distance_n / count_B.index_select(0, b)).sum()


def values(
    view_N_K: Tensor, batch: Dict[str, Tensor], loss: Dict[str, Tensor], vocabulary: int
) -> List[Tensor]:
    k = min(int(loss["uld_k"]), view_N_K.size(1))
    log_s_N_K = view_N_K.narrow(1, 0, k)
    return [uld(log_s_N_K, batch["sequence"], batch["step"], batch["teacher"], batch["teacher_length"])]
