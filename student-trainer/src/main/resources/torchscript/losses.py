# Every loss of a micro-batch, each term with its own gradient, and their weighted sum carried back through the LM head. A
# term that is not asked for costs nothing: `loss` holds the settings of those that are on, the weight of each value at
# this step (`weight.NAME`), the views that they read with how many ids they need of a position (`view.NAME`), and `shares` where
# the norms of their gradients are asked for.
#
# A view is the student's log-probabilities at some ids of each position (see projection.py):
#
#   label        [N, 1]  the label
#   shared       [N, K]  the teacher's ids, at the positions that are paired with one of the teacher's
#   transport    [N, K]  the tokens that the teacher's mass goes to, at the positions that have such a target
#   top          [N, K]  each position's most probable
#   columns      [N, K]  columns that the term which reads them chooses by their sums over the response
#   standardised [N, K]  the same of q
#
# The terms themselves are in scripts of their own; the module `terms` calls those that are on. Gradient norms are those
# of a weighted term with respect to the logits.

from typing import Dict, List, Tuple

import torch
from torch import Tensor

import precision
import projection
import terms


def leaf(x: Tensor) -> Tensor:
    return x.detach().requires_grad_(True)


# Gradients of the weighted sum for hidden states and LM head, the latter empty where it is not asked for, and [value, ‖gradient of the logits‖²] of each value in the
# order of `terms`; 0 for the norm where it is not asked for. `chunk` is how many positions have their logits in memory at once. With an empty LM head the hidden
# states are logits themselves. A soft cap c > 0 makes logits c · tanh(logit / c).
def losses(
    h_N_H: Tensor,
    weight_V_H: Tensor,
    of_weight: bool,
    batch: Dict[str, Tensor],
    loss: Dict[str, Tensor],
    chunk: int,
    soft_cap: float,
) -> Tuple[Tensor, Tensor, Tensor]:
    N = h_N_H.size(0)
    V = weight_V_H.size(0) if weight_V_H.numel() > 0 else h_N_H.size(1)
    sequence_N = batch["sequence"]
    B = int(batch["sequences"])
    standardised = "view.standardised" in loss
    ranks = standardised or "view.columns" in loss
    epsilon = float(loss["epsilon"]) if standardised else 0.0
    top = min(int(loss["view.top"]), V) if "view.top" in loss else 0
    shares = "shares" in loss
    kept = chunk >= N
    # What the second pass reads of the first: p comes of log p in place, but not where it must read x as well.
    reads_x = standardised or soft_cap > 0.0

    # First pass: log p, and what is read of it at ids that are known.
    torch.set_grad_enabled(False)
    sums_B_V = torch.zeros([B if ranks else 0, V], dtype=h_N_H.dtype, device=h_N_H.device)
    parts: Dict[str, List[Tensor]] = {}
    kept_C_V = h_N_H
    for first in range(0, N, chunk):
        count = min(chunk, N - first)
        x_C_V = projection.logits(h_N_H, weight_V_H, first, count, soft_cap)
        log_p_C_V = torch.log_softmax(x_C_V, 1)
        found_C: Dict[str, Tensor] = {}
        if "view.label" in loss:
            found_C["label"] = log_p_C_V.gather(1, batch["label"].narrow(0, first, count).unsqueeze(1))
        if top > 0:
            largest = torch.topk(log_p_C_V, top, 1)
            found_C["top"] = largest[0]
            found_C["top_id"] = largest[1]
        if "view.shared" in loss:
            found_C["shared"] = log_p_C_V.gather(1, batch["shared"].narrow(0, first, count))
        if "view.transport" in loss:
            found_C["transport"] = log_p_C_V.gather(1, batch["transport"].narrow(0, first, count))
        if shares:
            found_C["collision"] = projection.collision(log_p_C_V)
        if standardised:
            found_C.update(
                projection.standardised_statistics(
                    x_C_V, sequence_N.narrow(0, first, count), sums_B_V, epsilon, shares
                )
            )
        elif ranks:
            found_C["log_z"] = projection.log_partition(x_C_V, log_p_C_V)
            projection.add_columns(sums_B_V, log_p_C_V.exp(), sequence_N.narrow(0, first, count))
        for name, value in found_C.items():
            if name not in parts:
                parts[name] = []
            parts[name].append(value)
        if kept:
            kept_C_V = x_C_V if reads_x else log_p_C_V
    found: Dict[str, Tensor] = {}
    for name, values_C in parts.items():
        found[name] = torch.cat(values_C)

    # The views.
    views: Dict[str, Tensor] = {}
    ids: Dict[str, Tensor] = {}
    if "view.label" in loss:
        views["label"] = found["label"]
        ids["label"] = batch["label"].unsqueeze(1)
    if top > 0:
        views["top"] = found["top"]
        ids["top"] = found["top_id"]
    if "view.shared" in loss:
        views["shared"] = found["shared"]
        ids["shared"] = batch["shared"]
    if "view.transport" in loss:
        views["transport"] = found["transport"]
        ids["transport"] = batch["transport"]
    if ranks:
        column_B_K = terms.choose_columns(sums_B_V, batch, loss)
        x_N_K = projection.gather_columns(h_N_H, weight_V_H, column_B_K, sequence_N, soft_cap)
        id_N_K = column_B_K.index_select(0, sequence_N)
        if standardised:
            views["standardised"] = x_N_K * found["scale"].unsqueeze(1) - found["q_log_z"].unsqueeze(1)
            ids["standardised"] = id_N_K
        else:
            views["columns"] = x_N_K - found["log_z"].unsqueeze(1)
            ids["columns"] = id_N_K

    # Each value, and its gradient on its view.
    torch.set_grad_enabled(True)
    leaves: Dict[str, Tensor] = {}
    for name, view in views.items():
        leaves[name] = leaf(view)
    names, reads, values = terms.values(leaves, batch, loss, V)
    gradients: Dict[str, Tensor] = {}
    report: List[Tensor] = []
    for i in range(len(names)):
        read = reads[i]
        square = torch.zeros([], dtype=h_N_H.dtype, device=h_N_H.device)
        # A batch without a pair or a label has terms that depend on nothing.
        if values[i].requires_grad:
            part = torch.grad([values[i]], [leaves[read]], None, True, False, True)[0]
            if part is not None:
                g_N_K = part * float(loss["weight." + names[i]])
                gradients[read] = gradients[read] + g_N_K if read in gradients else g_N_K
                if shares and read == "standardised":
                    square = projection.standardised_square(views[read], g_N_K, found, epsilon, V).sum()
                elif shares:
                    square = projection.plain_square(views[read], g_N_K, found["collision"]).sum()
        report.append(torch.stack([values[i].detach(), square]))

    # Second pass: to the logits, and through the LM head.
    torch.set_grad_enabled(False)
    d_h = torch.zeros_like(h_N_H)
    d_weight = torch.zeros_like(weight_V_H if of_weight else weight_V_H[:0])
    for first in range(0, N, chunk):
        count = min(chunk, N - first)
        if not kept:
            kept_C_V = projection.logits(h_N_H, weight_V_H, first, count, soft_cap)
        p_C_V = kept_C_V.exp_() if kept and not reads_x else torch.softmax(kept_C_V, 1)
        plain_ids: List[Tensor] = []
        plain_g: List[Tensor] = []
        for read, g_N_K in gradients.items():
            if read != "standardised":
                plain_ids.append(ids[read].narrow(0, first, count))
                plain_g.append(g_N_K.narrow(0, first, count))
        d_C_V = projection.plain_gradient(p_C_V, plain_ids, plain_g)
        if "standardised" in gradients:
            projection.add_standardised_gradient(
                d_C_V,
                kept_C_V,
                found["scale"].narrow(0, first, count),
                found["mean"].narrow(0, first, count),
                found["q_log_z"].narrow(0, first, count),
                found["q_mean"].narrow(0, first, count),
                epsilon,
                ids["standardised"].narrow(0, first, count),
                gradients["standardised"].narrow(0, first, count),
            )
        projection.through_cap(d_C_V, kept_C_V, soft_cap)
        if weight_V_H.numel() == 0:
            d_h.narrow(0, first, count).copy_(d_C_V)
        else:
            precision.multiply(d_C_V, weight_V_H, d_h.narrow(0, first, count))
            if of_weight:
                precision.add_product(d_weight, d_C_V.t(), h_N_H.narrow(0, first, count))
    torch.set_grad_enabled(True)
    return d_h, d_weight, torch.stack(report)
