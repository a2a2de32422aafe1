# What evaluation and serving call, with the decoder of the student's family.

from typing import Dict, Tuple

import torch
from torch import Tensor

import backbone
import decoder
import evaluate
import generate


class Inference(Module):
    training: bool
    model: decoder.Decoder

    # For tests and comparison with other implementations.
    def logits(
        self, params: Dict[str, Tensor], source_B_E: Tensor, ids_B_S: Tensor, position_N: Tensor
    ) -> Tensor:
        return backbone.logits(self.model, params, source_B_E, ids_B_S, position_N)

    def evaluate(
        self, params: Dict[str, Tensor], source_B_E: Tensor, ids_B_S: Tensor, position_N: Tensor, label_N: Tensor
    ) -> Tuple[Tensor, Tensor, Tensor]:
        return evaluate.evaluate(self.model, params, source_B_E, ids_B_S, position_N, label_N)

    def generate(
        self,
        params: Dict[str, Tensor],
        source_1_E: Tensor,
        prompt_1_S: Tensor,
        stop_E: Tensor,
        uniform_T: Tensor,
        temperature: Tensor,
        top_p: Tensor,
    ) -> Tensor:
        cache: Dict[str, Tensor] = {}
        return generate.write(
            self.model,
            params,
            cache,
            source_1_E,
            prompt_1_S,
            stop_E,
            uniform_T,
            float(temperature),
            float(top_p),
        )

    # The same a few tokens at a time: the ids, and what the cache holds after them but for the last.
    def proceed(
        self,
        params: Dict[str, Tensor],
        cache: Dict[str, Tensor],
        source_1_E: Tensor,
        ids_1_S: Tensor,
        stop_E: Tensor,
        uniform_T: Tensor,
        temperature: Tensor,
        top_p: Tensor,
    ) -> Dict[str, Tensor]:
        cache["ids"] = generate.write(
            self.model,
            params,
            cache,
            source_1_E,
            ids_1_S,
            stop_E,
            uniform_T,
            float(temperature),
            float(top_p),
        )
        return cache
