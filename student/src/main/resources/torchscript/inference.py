# What evaluation and serving call, with the decoder of the student's family.

from typing import Dict, Tuple

import torch
from torch import Tensor

import backbone
import decoder
import evaluate
import generate
import slots


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
        temperature_1: Tensor,
        top_p_1: Tensor,
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
            temperature_1,
            top_p_1,
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
        temperature_1: Tensor,
        top_p_1: Tensor,
    ) -> Dict[str, Tensor]:
        cache["ids"] = generate.write(
            self.model,
            params,
            cache,
            source_1_E,
            ids_1_S,
            stop_E,
            uniform_T,
            temperature_1,
            top_p_1,
        )
        return cache

    # A cache for several texts, see slots.py; the methods below change it in place. ids_R has an id for each row, any one.
    def allocate(self, params: Dict[str, Tensor], ids_R: Tensor, positions: Tensor) -> Dict[str, Tensor]:
        return slots.allocate(self.model, params, ids_R, int(positions))

    def prefill(
        self, params: Dict[str, Tensor], cache: Dict[str, Tensor], row: Tensor, ids_1_S: Tensor, first: Tensor
    ) -> Tensor:
        return slots.prefill(self.model, params, cache, int(row), ids_1_S, int(first))

    def step(
        self,
        params: Dict[str, Tensor],
        cache: Dict[str, Tensor],
        ids_B: Tensor,
        position_B: Tensor,
        uniform_B: Tensor,
        temperature_B: Tensor,
        top_p_B: Tensor,
        top: Tensor,
    ) -> Tuple[Tensor, Tensor, Tensor, Tensor]:
        return slots.step(
            self.model, params, cache, ids_B, position_B, uniform_B, temperature_B, top_p_B, int(top)
        )

    def move(self, cache: Dict[str, Tensor], source: Tensor, target: Tensor, positions: Tensor) -> Tensor:
        slots.move(cache, int(source), int(target), int(positions))
        return positions

    def clear(self, cache: Dict[str, Tensor], row: Tensor) -> Tensor:
        slots.clear(cache, int(row))
        return row
