# Cross-entropy on the labels: −(1/T) Σ_t log s(t)[label_t], summed over the sequences. Where transport by spelling gives a
# position its target, the label keeps what α leaves of its weight: (1/T) Σ_t (1 − a_t) (−log s(t)[label_t]).

from typing import Dict, List

import torch
from torch import Tensor


# share_N is 1/T at the positions of a labelled sequence and 0 at those of one that is there for its teacher alone.
def cross_entropy(log_s_N: Tensor, share_N: Tensor) -> Tensor:
    return -(log_s_N * share_N).sum()


def values(
    view_N_1: Tensor, batch: Dict[str, Tensor], loss: Dict[str, Tensor], vocabulary: int
) -> List[Tensor]:
    share_N = batch["share"]
    if "spelled" in loss:
        share_N = share_N * (1.0 - float(loss["alpha"]) * batch["transported"])
    return [cross_entropy(view_N_1.squeeze(1), share_N)]
