# Every loss of a micro-batch, each term with its own gradient, and their weighted sum carried back through the output
# projection. A term that is not asked for costs nothing: `loss` holds the settings of those that are.
#
# A term reads one view of the student's log-probabilities (see projection.py):
#
#   label        [N, 1]  the label                                  cross-entropy, aligned likelihood
#   columns      [N, K]  columns ranked over the response           multilevelot, paper and stable
#   standardised [N, K]  the same of q                              multilevelot, released
#   top          [N, K]  each position's most probable              uld
#   shared       [P, K]  the teacher's ids, at pairs of positions   kl
#
# Its weight is the configured one at this step. Gradient norms are those of the weighted term with respect to the logits.

from typing import Dict, List, Tuple

import torch
from torch import Tensor

import aligned_likelihood
import cross_entropy
import kl
import multilevelot
import multilevelot_released
import multilevelot_stable
import projection
import uld


def leaf(x: Tensor) -> Tensor:
    return x.detach().requires_grad_(True)


# The student's columns of each sequence, from the sums over its response.
def choose_columns(sums_B_V: Tensor, batch: Dict[str, Tensor], loss: Dict[str, Tensor], longest: int) -> Tensor:
    V = sums_B_V.size(1)
    K = min(int(loss["k"]), V)
    if "matched" in batch:
        matched_B_K = batch["matched"].narrow(1, 0, min(K, batch["matched"].size(1)))
        return multilevelot_stable.columns(sums_B_V, matched_B_K)
    if "released" in loss and bool(loss["greedy"]):
        longest = max(longest, batch["teacher"].size(1))
        first = torch.arange(min(longest, V), device=sums_B_V.device)
        return first.unsqueeze(0).expand([sums_B_V.size(0), first.size(0)])
    return torch.topk(sums_B_V, K, 1)[1]


# Gradients of the weighted terms for hidden states and projection, and [value, ‖gradient of the logits‖²] of each term
# in the order of `names`. `chunk` is how many positions have their logits in memory at once. With an empty projection
# the hidden states are logits themselves.
def losses(
    h_N_H: Tensor,
    weight_V_H: Tensor,
    batch: Dict[str, Tensor],
    loss: Dict[str, Tensor],
    chunk: int,
) -> Tuple[Tensor, Tensor, List[str], Tensor]:
    N = h_N_H.size(0)
    V = weight_V_H.size(0) if weight_V_H.numel() > 0 else h_N_H.size(1)
    sequence_N = batch["sequence"]
    B = int(batch["sequences"])
    released = "released" in loss
    ranks = released or "paper" in loss or "stable" in loss
    epsilon = float(loss["epsilon"]) if released else 0.0
    top = min(int(loss["uld_k"]), V) if "uld" in loss else 0
    kept = chunk >= N

    # First pass: statistics, and x where it is read at ids that are known.
    torch.set_grad_enabled(False)
    sums_B_V = torch.zeros([B if ranks else 0, V], dtype=h_N_H.dtype, device=h_N_H.device)
    label_x: List[Tensor] = []
    top_x: List[Tensor] = []
    top_id: List[Tensor] = []
    shared_x: List[Tensor] = []
    statistics: Dict[str, List[Tensor]] = {}
    x_C_V = h_N_H
    for first in range(0, N, chunk):
        count = min(chunk, N - first)
        x_C_V = projection.logits(h_N_H, weight_V_H, first, count)
        found_C = projection.statistics(x_C_V, sequence_N.narrow(0, first, count), sums_B_V, released, epsilon)
        for name, value in found_C.items():
            if name not in statistics:
                statistics[name] = []
            statistics[name].append(value)
        label_x.append(x_C_V.gather(1, batch["label"].narrow(0, first, count).unsqueeze(1)))
        if top > 0:
            largest = torch.topk(x_C_V, top, 1)
            top_x.append(largest[0])
            top_id.append(largest[1])
        if "kl" in loss:
            shared_x.append(x_C_V.gather(1, batch["shared"].narrow(0, first, count)))
    found: Dict[str, Tensor] = {}
    for name, parts in statistics.items():
        found[name] = torch.cat(parts)

    # The views, and each term's value and gradient on its view.
    log_z_N_1 = found["log_z"].unsqueeze(1)
    views: Dict[str, Tensor] = {}
    ids: Dict[str, Tensor] = {}
    views["label"] = torch.cat(label_x) - log_z_N_1
    ids["label"] = batch["label"].unsqueeze(1)
    if top > 0:
        views["top"] = torch.cat(top_x) - log_z_N_1
        ids["top"] = torch.cat(top_id)
    if "kl" in loss:
        views["shared"] = torch.cat(shared_x) - log_z_N_1
        ids["shared"] = batch["shared"]
    if ranks:
        longest = int(batch["step"].max()) + 1
        column_B_K = choose_columns(sums_B_V, batch, loss, longest)
        x_N_K = projection.gather_columns(h_N_H, weight_V_H, column_B_K, sequence_N)
        id_N_K = column_B_K.index_select(0, sequence_N)
        if released:
            views["standardised"] = x_N_K * found["scale"].unsqueeze(1) - found["q_log_z"].unsqueeze(1)
            ids["standardised"] = id_N_K
        else:
            views["columns"] = x_N_K - log_z_N_1
            ids["columns"] = id_N_K

    torch.set_grad_enabled(True)
    leaves: Dict[str, Tensor] = {}
    for name, view in views.items():
        leaves[name] = leaf(view)
    names: List[str] = []
    values: List[Tensor] = []
    weights: List[float] = []
    reads: List[str] = []

    if "cross_entropy" in loss:
        names.append("cross_entropy")
        values.append(cross_entropy.cross_entropy(leaves["label"].squeeze(1), batch["share"]))
        weights.append(float(loss["cross_entropy"]))
        reads.append("label")
    if ranks:
        if "paper" in loss:
            had, sl, sd = multilevelot.terms(
                leaves["columns"],
                sequence_N,
                batch["step"],
                batch["teacher"],
                batch["teacher_length"],
                float(loss["temperature_sl"]),
                float(loss["temperature_sd"]),
                float(loss["lambda"]),
                int(loss["rounds"]),
            )
        elif released:
            had, sl, sd = multilevelot_released.terms(
                leaves["standardised"],
                sequence_N,
                batch["teacher"],
                batch["teacher_length"],
                int(loss["k"]),
                V,
                bool(loss["greedy"]),
                float(loss["temperature_sd"]),
                float(loss["lambda"]),
                int(loss["rounds"]),
            )
        else:
            K = leaves["columns"].size(1)
            pair_P = batch["pair"]
            had, sl, sd = multilevelot_stable.terms(
                leaves["columns"].index_select(0, pair_P),
                batch["pair_teacher"].narrow(1, 0, K),
                sequence_N.index_select(0, pair_P),
                batch["pair_place"],
                batch["pair_share"],
                B,
                float(loss["temperature_sd"]),
                float(loss["lambda"]),
                int(loss["rounds"]),
            )
        alpha = float(loss["alpha"])
        view = "standardised" if released else "columns"
        for name in ["holistic_absolute_difference", "sequential_logarithmic", "sinkhorn_distance"]:
            names.append(name)
            reads.append(view)
        values.extend([had, sl, sd])
        weights.extend([alpha, alpha * float(loss["beta"]), alpha * float(loss["gamma"])])
    if "uld" in loss:
        names.append("uld")
        values.append(
            uld.uld(leaves["top"], sequence_N, batch["step"], batch["teacher"], batch["teacher_length"])
        )
        weights.append(float(loss["uld"]))
        reads.append("top")
    if "aligned_likelihood" in loss:
        names.append("aligned_likelihood")
        values.append(
            aligned_likelihood.aligned_likelihood(
                leaves["label"].squeeze(1),
                batch["span"],
                batch["span_teacher"],
                batch["span_share"],
                float(loss["aligned_temperature"]),
            )
        )
        weights.append(float(loss["aligned_likelihood"]))
        reads.append("label")
    if "kl" in loss:
        names.append("kl")
        pair_P = batch["pair"]
        values.append(
            kl.kl(leaves["shared"].index_select(0, pair_P), batch["pair_teacher"], batch["pair_share"])
        )
        weights.append(float(loss["kl"]))
        reads.append("shared")

    gradients: Dict[str, Tensor] = {}
    report: List[Tensor] = []
    for i in range(len(names)):
        read = reads[i]
        square = torch.zeros([], dtype=h_N_H.dtype, device=h_N_H.device)
        # A batch without a pair or a label has terms that depend on nothing.
        if values[i].requires_grad:
            part = torch.grad([values[i]], [leaves[read]], None, True, False, True)[0]
            if part is not None:
                g_N_K = part * weights[i]
                gradients[read] = gradients[read] + g_N_K if read in gradients else g_N_K
                if read == "standardised":
                    square = projection.standardised_square(views[read], g_N_K, found, epsilon, V).sum()
                else:
                    square = projection.plain_square(views[read], g_N_K, found["collision"]).sum()
        report.append(torch.stack([values[i].detach(), square]))

    # Second pass: to the logits, and through the projection.
    torch.set_grad_enabled(False)
    d_h = torch.zeros_like(h_N_H)
    d_weight = torch.zeros_like(weight_V_H)
    for first in range(0, N, chunk):
        count = min(chunk, N - first)
        if not kept:
            x_C_V = projection.logits(h_N_H, weight_V_H, first, count)
        plain_ids: List[Tensor] = []
        plain_g: List[Tensor] = []
        for read, g_N_K in gradients.items():
            if read != "standardised":
                plain_ids.append(ids[read].narrow(0, first, count))
                plain_g.append(g_N_K.narrow(0, first, count))
        d_C_V = projection.plain_gradient(x_C_V, found["log_z"].narrow(0, first, count), plain_ids, plain_g)
        if "standardised" in gradients:
            projection.add_standardised_gradient(
                d_C_V,
                x_C_V,
                found["scale"].narrow(0, first, count),
                found["mean"].narrow(0, first, count),
                found["q_log_z"].narrow(0, first, count),
                found["q_mean"].narrow(0, first, count),
                epsilon,
                ids["standardised"].narrow(0, first, count),
                gradients["standardised"].narrow(0, first, count),
            )
        if weight_V_H.numel() == 0:
            d_h.narrow(0, first, count).copy_(d_C_V)
        else:
            torch.mm(d_C_V, weight_V_H, out=d_h.narrow(0, first, count))
            d_weight.addmm_(d_C_V.t(), h_N_H.narrow(0, first, count))
    torch.set_grad_enabled(True)
    return d_h, d_weight, names, torch.stack(report)
