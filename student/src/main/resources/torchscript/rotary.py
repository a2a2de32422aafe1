# Rotary position embedding (Su et al., 2021), and what stretches it beyond the length that a model was trained with.

from typing import List, Optional, Tuple

import torch
from torch import Tensor


# Rotates the pairs (x_i, x_{i + R/2}) of every head's first R numbers, R being the angles' width.
def rotate(x_B_A_S_D: Tensor, cos: Tensor, sin: Tensor) -> Tensor:
    R = cos.size(-1)
    turned = x_B_A_S_D if R == x_B_A_S_D.size(3) else x_B_A_S_D[..., :R]
    left, right = turned.chunk(2, -1)
    turned = turned * cos + torch.cat([-right, left], -1) * sin
    return turned if R == x_B_A_S_D.size(3) else torch.cat([turned, x_B_A_S_D[..., R:]], -1)


class Rope(Module):
    training: bool
    kind: str
    dimension: int  # R
    theta: float
    factor: float
    original: int  # positions that the model was trained with before it was stretched
    slow: float  # turns within these positions: below so many, a frequency is stretched as a whole,
    fast: float  # and above so many not at all
    truncate: bool  # whether yarn's range between them ends at whole frequencies
    attention_factor: float
    short_factors: List[float]
    long_factors: List[float]

    # cos and sin of position · frequency for the positions of x_B_S_H: [S, R] where all begin at 0, else [B, 1, S, R].
    def angles(self, distance: Optional[Tensor], x_B_S_H: Tensor) -> Tuple[Tensor, Tensor]:
        length = x_B_S_H.size(1) if distance is None else distance.size(-1)
        exponent = torch.arange(0, self.dimension, 2, dtype=x_B_S_H.dtype, device=x_B_S_H.device) / self.dimension
        if self.kind == "dynamic":
            frequency = self.dynamic(exponent, length)
        elif self.kind == "longrope":
            frequency = self.longrope(exponent, length)
        else:
            frequency = torch.pow(self.theta, -exponent)
            if self.kind == "linear":
                frequency = frequency / self.factor
            elif self.kind == "llama3":
                frequency = self.llama3(frequency)
            elif self.kind == "yarn":
                frequency = self.yarn(frequency)
        if distance is None:
            position = torch.arange(length, dtype=x_B_S_H.dtype, device=x_B_S_H.device)
        else:
            position = distance[..., 0].to(x_B_S_H.dtype)
        angle = position.unsqueeze(-1) * frequency
        angle = torch.cat([angle, angle], -1)
        return angle.cos() * self.attention_factor, angle.sin() * self.attention_factor

    # A larger base, the longer the text is beyond what the model was trained with: NTK-aware scaling. The text is the longest
    # of a batch, as in transformers.
    def dynamic(self, exponent: Tensor, length: int) -> Tensor:
        stretch = self.factor * max(length, self.original) / self.original - (self.factor - 1.0)
        base = self.theta * stretch ** (self.dimension / (self.dimension - 2))
        return torch.pow(base, -exponent)

    # A factor for each frequency, others for texts beyond the original length (Ding et al., 2024).
    def longrope(self, exponent: Tensor, length: int) -> Tensor:
        factors = self.long_factors if length > self.original else self.short_factors
        return torch.pow(self.theta, -exponent) / torch.tensor(factors, dtype=exponent.dtype, device=exponent.device)

    # Stretches what turns less than `slow` times within the original length, keeps what turns more than `fast` times.
    def llama3(self, frequency: Tensor) -> Tensor:
        turns = frequency * (self.original / (2.0 * 3.141592653589793))
        kept = ((turns - self.slow) / (self.fast - self.slow)).clamp(0.0, 1.0)
        return torch.lerp(frequency / self.factor, frequency, kept)

    # The same with a ramp over the index of the frequency (Peng et al., 2023).
    def yarn(self, frequency: Tensor) -> Tensor:
        low = self.index_of(self.fast)
        high = self.index_of(self.slow)
        if self.truncate:
            low = float(torch.floor(low))
            high = float(torch.ceil(high))
        low = max(low, 0.0)
        high = min(high, self.dimension - 1.0)
        if low == high:
            high += 0.001
        index = torch.arange(self.dimension // 2, dtype=frequency.dtype, device=frequency.device)
        stretched = ((index - low) / (high - low)).clamp(0.0, 1.0)
        return torch.lerp(frequency, frequency / self.factor, stretched)

    # Where among the frequencies the one lies that turns so many times within the original length.
    def index_of(self, turns: float) -> float:
        ratio = self.original / (turns * 2.0 * 3.141592653589793)
        return self.dimension * torch.log(ratio) / (2.0 * torch.log(self.theta))
