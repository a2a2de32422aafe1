# Activations of one block at a time (Chen et al., 2016): the forward pass keeps what each block reads and nothing else; the
# backward pass computes each block again to differentiate it. The gradients are the same numbers as without, for the price of one
# more forward pass.

from typing import Dict, List, Optional

import torch
from torch import Tensor

import decoder


# What each block reads, and last what the final norm reads. Nothing is recorded.
def block_inputs(model: decoder.Decoder, params: Dict[str, Tensor], ids_B_S: Tensor) -> List[Tensor]:
    torch.set_grad_enabled(False)
    x_B_S_H = model.embed(params, ids_B_S, 0)
    context = model.context(x_B_S_H, 0)
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


# Adds ∂L/∂w to the gradient of each weight that `output` depends on, given d_output = ∂L/∂output; returns ∂L/∂x.
def backward(
    output: Tensor, d_output: Tensor, x: Tensor, leaves: Dict[str, Tensor], gradients: Dict[str, Tensor]
) -> Tensor:
    names = [name for name in leaves.keys()]
    inputs = [x]
    for name in names:
        inputs.append(leaves[name])
    d_outputs: List[Optional[Tensor]] = [d_output]
    parts = torch.grad([output], inputs, d_outputs, False, False, True)
    for i in range(len(names)):
        part = parts[i + 1]
        if part is not None:
            collect(gradients, names[i], part)
    d_x = parts[0]
    return torch.zeros_like(x) if d_x is None else d_x


# The same through all blocks, the last first, and the embedding. `inputs` is what block_inputs gave without its last, and is used up.
def backward_through_blocks(
    model: decoder.Decoder,
    inputs: List[Tensor],
    d_x_B_S_H: Tensor,
    ids_B_S: Tensor,
    leaves: Dict[str, Tensor],
    gradients: Dict[str, Tensor],
) -> None:
    context = model.context(inputs[0], 0)
    for i in range(model.layers - 1, -1, -1):
        x_B_S_H = inputs.pop().detach().requires_grad_(True)
        d_x_B_S_H = backward(model.layer(leaves, i, x_B_S_H, context, None), d_x_B_S_H, x_B_S_H, leaves, gradients)
    backward(model.embed(leaves, ids_B_S, 0), d_x_B_S_H, nothing(d_x_B_S_H), leaves, gradients)
