# MultiLevelOT with the transport decided by spelling.
#
# Level of the sequence: the student's position i and the teacher's j(i) belong together where both follow the same text.
# Level of the token: the teacher's token w moves all its mass to the first of the student's tokens that spell it (cost 0
# there, infinite elsewhere), which gives the target t̃_i. The plan is in closed form, without a Sinkhorn round.
#
#   SL_i  = −Σ_v (t̃_i(v) + x_i(v)) log s_i(v) − r_i log (1 − Σ_v s_i(v))
#   HAD_i = Σ_v |t̃_i(v) − s_i(v)|
#   L     = (1/N) Σ_i [(1 − a_i) (−log s_i(y_i)) + a_i (SL_i + η HAD_i)]
#
# v are the tokens of the target. x_i is what the text y_i stands for: it replaces the columns that a record does not keep,
# so that truncation has no bias. r_i is the mass outside where no text stands for it: that of answers which the student
# wrote. a_i is α times the trust in the teacher on this text, and 0 where i has no target. The first half of L is the
# cross-entropy's, in a script of its own. SD has no term: it is the distance of what spelling leaves unmatched, which is
# nothing wherever the student's vocabulary has all bytes.
#
# Shape suffixes: N response positions of all sequences, P of them with a target, K tokens of a target; mass 0 pads.

from typing import Dict, List

import torch
from torch import Tensor

import kl


# share_P is trust / N of the position's sequence. Summed over the sequences.
def sequential_logarithmic(
    log_s_P_K: Tensor, t_P_K: Tensor, x_P_K: Tensor, rest_P: Tensor, share_P: Tensor
) -> Tensor:
    # A student that gives a token no chance at all is not pushed further.
    inside_P = ((t_P_K + x_P_K) * log_s_P_K.clamp(min=-60.0)).sum([1])
    log_s_of_target_P_K = torch.where(t_P_K > 0, log_s_P_K, torch.full_like(log_s_P_K, -100.0))
    return -(share_P * (inside_P + rest_P * kl.log_rest(log_s_of_target_P_K))).sum()


def holistic_absolute_difference(log_s_P_K: Tensor, t_P_K: Tensor, share_P: Tensor) -> Tensor:
    difference_P_K = torch.where(t_P_K > 0, (t_P_K - log_s_P_K.exp()).abs(), torch.zeros_like(t_P_K))
    return (share_P * difference_P_K.sum([1])).sum()


def values(
    view_N_K: Tensor, batch: Dict[str, Tensor], loss: Dict[str, Tensor], vocabulary: int
) -> List[Tensor]:
    log_s_P_K = view_N_K.index_select(0, batch["transport_position"])
    t_P_K = batch["transport_mass"]
    share_P = batch["transport_share"]
    sl = sequential_logarithmic(log_s_P_K, t_P_K, batch["transport_text"], batch["transport_rest"], share_P)
    had = holistic_absolute_difference(log_s_P_K, t_P_K, share_P)
    return [had, sl, torch.zeros_like(sl.detach())]
