"""Writes src/test/resources/golden/NAME.json: what transformers writes after prompts of a public model, and how likely it finds that.

    python stories.py ../../../../../../shared/models/stories15M/hf 100 stories15M

Prompts are beginnings, of 1 to 60 tokens, of stories that the model itself draws with a fixed seed. After each stand the 32 most likely
tokens, or fewer where the model ends the text, and their log-probabilities in nats. Written with torch 2.13 and transformers 5.18.
"""

import json
import pathlib
import sys

import torch
import transformers

TOKENS = 32


def golden(directory: str, prompts: int) -> list[dict]:
    torch.manual_seed(20261128)
    model = transformers.AutoModelForCausalLM.from_pretrained(directory, dtype=torch.float32).eval()
    beginning = torch.full([prompts, 1], model.config.bos_token_id)
    drawn = model.generate(beginning, do_sample=True, top_k=0, max_new_tokens=60, min_new_tokens=60, pad_token_id=0)
    texts = []
    for i in range(prompts):
        prompt = drawn[i : i + 1, : 1 + (i * 7) % 60]
        written = model.generate(
            prompt, do_sample=False, max_new_tokens=TOKENS, return_dict_in_generate=True, output_logits=True, pad_token_id=0
        )
        ids = written.sequences[0, prompt.shape[1] :].tolist()
        logprobs = [logits[0].log_softmax(0)[id].item() for id, logits in zip(ids, written.logits)]
        if ids and ids[-1] == model.config.eos_token_id:
            ids, logprobs = ids[:-1], logprobs[:-1]
        texts.append({"prompt": prompt[0].tolist(), "ids": ids, "logprobs": [float(f"{p:.7g}") for p in logprobs]})
    return texts


if __name__ == "__main__":
    directory, prompts, name = sys.argv[1:]
    target = pathlib.Path(__file__).parent.parent / "resources" / "golden" / f"{name}.json"
    lines = ",\n".join(json.dumps(text, separators=(",", ":")) for text in golden(directory, int(prompts)))
    target.write_text(f"[\n{lines}\n]\n")
