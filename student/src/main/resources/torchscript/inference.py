# What evaluation and serving call. The attributes are the student's shape.

from typing import Dict, Tuple

import torch
from torch import Tensor

import decoder
import evaluate
import generate


class Inference(Module):
    training: bool
    heads: int
    theta: float
    norm_epsilon: float

    # For tests and comparison with other implementations.
    def logits(self, params: Dict[str, Tensor], ids_B_S: Tensor, position_N: Tensor) -> Tensor:
        return decoder.logits(params, ids_B_S, position_N, self.heads, self.theta, self.norm_epsilon)

    def evaluate(
        self, params: Dict[str, Tensor], ids_B_S: Tensor, position_N: Tensor, label_N: Tensor
    ) -> Tuple[Tensor, Tensor, Tensor]:
        return evaluate.evaluate(
            params, ids_B_S, position_N, label_N, self.heads, self.theta, self.norm_epsilon
        )

    def generate(
        self,
        params: Dict[str, Tensor],
        prompt_1_S: Tensor,
        stop_E: Tensor,
        uniform_T: Tensor,
        temperature: Tensor,
        top_p: Tensor,
    ) -> Tensor:
        cache: Dict[str, Tensor] = {}
        return generate.write(
            params,
            cache,
            prompt_1_S,
            stop_E,
            uniform_T,
            float(temperature),
            float(top_p),
            self.heads,
            self.theta,
            self.norm_epsilon,
        )

    # The same a few tokens at a time: the ids, and what the cache holds after them but for the last.
    def proceed(
        self,
        params: Dict[str, Tensor],
        cache: Dict[str, Tensor],
        ids_1_S: Tensor,
        stop_E: Tensor,
        uniform_T: Tensor,
        temperature: Tensor,
        top_p: Tensor,
    ) -> Dict[str, Tensor]:
        cache["ids"] = generate.write(
            params,
            cache,
            ids_1_S,
            stop_E,
            uniform_T,
            float(temperature),
            float(top_p),
            self.heads,
            self.theta,
            self.norm_epsilon,
        )
        return cache
