# Activations of one block at a time (Chen et al., 2016): the forward pass keeps what each block reads and nothing else; the
# backward pass computes each block again to differentiate it. The gradients are the same numbers as without, for the price of one
# more forward pass.

from typing import Dict, List, Optional

import torch
from torch import Tensor

import backbone
import decoder


# The weights that are trained: `trained` names them, a line each, and all where it is empty.
def trained_names(params: Dict[str, Tensor], trained: str) -> List[str]:
    if len(trained) > 0:
        return trained.split("\n")
    return [name for name in params.keys()]


# The weights, of which those that are trained require a gradient.
def leaves(params: Dict[str, Tensor], trained: str) -> Dict[str, Tensor]:
    found: Dict[str, Tensor] = {}
    for name, weight in params.items():
        found[name] = weight.detach()
    for name in trained_names(params, trained):
        found[name].requires_grad_(True)
    return found


# What each block reads, and last what the final norm reads. Nothing is recorded.
def block_inputs(
    model: decoder.Decoder, params: Dict[str, Tensor], source_B_E: Tensor, ids_B_S: Tensor
) -> List[Tensor]:
    torch.set_grad_enabled(False)
    x_B_S_H = model.embed(params, ids_B_S, None)
    context = backbone.shared(model, params, source_B_E, x_B_S_H, None)
    inputs = [x_B_S_H]
    for i in range(model.layers):
        x_B_S_H = model.layer(params, i, x_B_S_H, context, None)
        inputs.append(x_B_S_H)
    torch.set_grad_enabled(True)
    return inputs


# The x of a function of weights alone.
def nothing(like: Tensor) -> Tensor:
    return torch.zeros([0], dtype=like.dtype, device=like.device).requires_grad_(True)


# Adds to a gradient. The first part becomes the gradient, which saves two passes over it: dense, as the optimizer reads it, and its
# own even where autograd gave one tensor to several biases.
def collect(gradients: Dict[str, Tensor], name: str, part: Tensor) -> None:
    if name in gradients:
        gradients[name].add_(part)
    else:
        gradients[name] = part.contiguous() if part.dim() > 1 else part.clone()


# Adds ∂L/∂w to the gradient of each weight that the outputs depend on, given ∂L/∂output of each; returns ∂L/∂x of each x.
def backward(
    outputs: List[Tensor],
    d_outputs: List[Tensor],
    xs: List[Tensor],
    leaves: Dict[str, Tensor],
    gradients: Dict[str, Tensor],
) -> List[Tensor]:
    names: List[str] = []
    for name, leaf in leaves.items():
        if leaf.requires_grad:
            names.append(name)
    inputs = [x for x in xs]
    for name in names:
        inputs.append(leaves[name])
    # An output of frozen weights alone leads nowhere.
    taken: List[Tensor] = []
    given: List[Optional[Tensor]] = []
    for i in range(len(outputs)):
        if outputs[i].requires_grad:
            taken.append(outputs[i])
            given.append(d_outputs[i])
    if len(taken) == 0:
        return [torch.zeros_like(x) for x in xs]
    parts = torch.grad(taken, inputs, given, False, False, True)
    for i in range(len(names)):
        part = parts[len(xs) + i]
        if part is not None:
            collect(gradients, names[i], part)
    d_xs: List[Tensor] = []
    for i in range(len(xs)):
        d_x = parts[i]
        d_xs.append(torch.zeros_like(xs[i]) if d_x is None else d_x)
    return d_xs


# The same through all blocks, the last first, and then through the embedding and through what of the blocks' context depends on
# weights: an encoder is computed again as a whole. `inputs` is what block_inputs gave without its last, and is used up.
def backward_through_blocks(
    model: decoder.Decoder,
    inputs: List[Tensor],
    d_x_B_S_H: Tensor,
    source_B_E: Tensor,
    ids_B_S: Tensor,
    leaves: Dict[str, Tensor],
    gradients: Dict[str, Tensor],
) -> None:
    outputs = [model.embed(leaves, ids_B_S, None)]
    context: List[Tensor] = []
    read = [nothing(d_x_B_S_H)]
    for part in backbone.shared(model, leaves, source_B_E, inputs[0], None):
        if part.requires_grad:
            outputs.append(part)
            part = part.detach().requires_grad_(True)
            read.append(part)
        context.append(part)
    d_outputs = [torch.zeros_like(part) for part in read]
    for i in range(model.layers - 1, -1, -1):
        read[0] = inputs.pop().detach().requires_grad_(True)
        y_B_S_H = model.layer(leaves, i, read[0], context, None)
        d_read = backward([y_B_S_H], [d_x_B_S_H], read, leaves, gradients)
        d_x_B_S_H = d_read[0]
        for j in range(1, len(read)):
            d_outputs[j].add_(d_read[j])
    d_outputs[0] = d_x_B_S_H
    backward(outputs, d_outputs, [nothing(d_x_B_S_H)], leaves, gradients)
