# The baseline of the loss benchmark: MultiLevelOT's formulas as one would write them in PyTorch, operator by operator with
# autograd, all columns sorted and then cut. The teacher's columns come ranked, as a record has them. For one sequence
# whose sides are equally long. T positions, V vocabulary, K columns.

from typing import List, Tuple

import torch
from torch import Tensor


def ranked(p_T_V: Tensor, k: int) -> Tensor:
    order_V = torch.argsort(p_T_V.sum([0]), 0, True)
    return p_T_V.index_select(1, order_V).narrow(1, 0, k)


def transport(C: Tensor, lambda_: float, rounds: int) -> Tensor:
    P = torch.exp(-C / lambda_)
    for _ in range(rounds):
        P = P / P.sum([1], True)
        P = P / P.sum([0], True)
    return (P * C).sum()


def paper(x_T_V: Tensor, label_T: Tensor, t_T_K: Tensor) -> Tensor:
    ce = torch.cross_entropy_loss(x_T_V, label_T)
    s_T_K = ranked(torch.softmax(x_T_V, -1), t_T_K.size(1))
    had = (t_T_K - s_T_K).abs().sum()
    sl = -(t_T_K * s_T_K.log()).sum()
    t2_T_K = t_T_K.sqrt() / t_T_K.sqrt().sum([1], True) * t_T_K.sum([1], True)
    s2_T_K = s_T_K.sqrt() / s_T_K.sqrt().sum([1], True) * s_T_K.sum([1], True)
    sd = transport(torch.cdist(t2_T_K.t(), s2_T_K.t(), 1.0), 0.1, 20)
    return ce + 0.15 * (had + 0.1 * sl + 0.1 * sd)


def released(x_T_V: Tensor, label_T: Tensor, t_T_K: Tensor) -> Tensor:
    ce = torch.cross_entropy_loss(x_T_V, label_T)
    q_T_V = torch.softmax(x_T_V / (x_T_V.std([-1], True, True) + 1e-4), -1)
    s_T_K = ranked(q_T_V, t_T_K.size(1))
    had = (t_T_K - s_T_K).abs().sum([-1]).mean()
    sl = -(torch.softmax(s_T_K, -1) * torch.log_softmax(t_T_K, -1)).sum([-1]).mean()
    C = torch.cdist(torch.softmax(t_T_K / 2.0, -1), torch.softmax(s_T_K / 2.0, -1), 1.0)
    return ce + 1.5 * (had + 0.1 * sl + 0.1 * 0.001 * transport(C, 0.1, 10))


def uld(x_T_V: Tensor, label_T: Tensor, t_T_K: Tensor) -> Tensor:
    ce = torch.cross_entropy_loss(x_T_V, label_T)
    s_T_V = torch.sort(torch.softmax(x_T_V, -1), -1, True)[0]
    t_T_V = torch.constant_pad_nd(t_T_K, [0, x_T_V.size(1) - t_T_K.size(1)], 0.0)
    return ce + 1.5 * (t_T_V - s_T_V).abs().sum([-1]).mean()


# The greedy matching one pair of columns at a time.
def greedy_loop(t_L_I: Tensor, s_L_J: Tensor) -> Tensor:
    available: List[int] = [j for j in range(s_L_J.size(1))]
    chosen: List[int] = []
    for i in range(t_L_I.size(1)):
        best = available[0]
        least = float("inf")
        for j in available:
            cost = float((t_L_I[:, i] - s_L_J[:, j]).abs().sum())
            if cost < least:
                least = cost
                best = j
        chosen.append(best)
        available.remove(best)
    return torch.tensor(chosen)
