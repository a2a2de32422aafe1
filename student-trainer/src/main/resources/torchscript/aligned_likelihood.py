# Aligned likelihood matching (after Minixhofer et al., 2503.20083). Where the byte boundaries of both tokenizers meet, the
# response falls into spans whose ends are token boundaries of both; the likelihood of a span is the product of those of its tokens. Teacher
# t and student s then compare two outcomes, the span or anything else:
#
#   L = −(1/M) Σ_m [ t_m log s_m + (1 − t_m) log (1 − s_m) ],  both tempered to p^(1/τ)
#
# Shape suffixes: N response positions, M spans of all sequences end to end.

from typing import Dict, List

import torch
from torch import Tensor


# log(1 − exp x) for x ≤ 0, without cancellation at either end (Mächler 2012). x is kept from 0, where the value and
# the gradient are infinite: a student that is certain of a span is as certain as its precision can say.
def log_one_minus_exp(x: Tensor) -> Tensor:
    x = x.clamp(max=-1e-6)
    return torch.where(x > -0.693147, torch.log(-torch.expm1(x)), torch.log1p(-torch.exp(x.clamp(max=-0.693147))))


# span_N is a position's span, or M for none; share_M is 1/M of the span's sequence. Summed over the sequences.
def aligned_likelihood(
    log_s_N: Tensor, span_N: Tensor, log_t_M: Tensor, share_M: Tensor, temperature: float
) -> Tensor:
    M = log_t_M.size(0)
    zero = torch.zeros([M + 1], dtype=log_s_N.dtype, device=log_s_N.device)
    log_s_M = zero.index_add(0, span_N, log_s_N).narrow(0, 0, M) / temperature
    t_M = (log_t_M / temperature).exp()
    return -(share_M * (t_M * log_s_M + (1.0 - t_M) * log_one_minus_exp(log_s_M))).sum()


def values(
    view_N_1: Tensor, batch: Dict[str, Tensor], loss: Dict[str, Tensor], vocabulary: int
) -> List[Tensor]:
    temperature = float(loss["aligned_temperature"])
    return [
        aligned_likelihood(
            view_N_1.squeeze(1), batch["span"], batch["span_teacher"], batch["span_share"], temperature
        )
    ]
