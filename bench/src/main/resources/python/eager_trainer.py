# The baseline of the trainer benchmark: a Hugging Face student and torch's AdamW in eager PyTorch, as one would write it. Takes one
# optimizer step for each line of standard input and answers with its loss and seconds. The losses are cross-entropy, and with a
# teacher the transport by spelling that multilevelot_spelled.py states, whose rest and text masses are 0 here.

import json
import sys
import time

import torch
from transformers import AutoModelForCausalLM

settings = json.load(open(sys.argv[1]))
torch.set_num_threads(settings["threads"])
model = AutoModelForCausalLM.from_pretrained(settings["student"], dtype=torch.float32).train()
parameters = list(model.parameters())
optimizer = torch.optim.AdamW(
    [
        {"params": [p for p in parameters if p.dim() > 1], "weight_decay": settings["weight_decay"]},
        {"params": [p for p in parameters if p.dim() == 1], "weight_decay": 0.0},
    ],
    lr=settings["learning_rate"],
    betas=(settings["beta1"], settings["beta2"]),
    eps=settings["epsilon"],
)
ids = torch.tensor(settings["ids"])
with_teacher = "target_ids" in settings
if with_teacher:
    target_ids = torch.tensor(settings["target_ids"])
    target_masses = torch.tensor(settings["target_masses"])


def transport_by_spelling(logits):
    log_s = torch.log_softmax(logits[:, :-1].flatten(0, 1), -1)
    labels = ids[:, 1:].flatten()
    given = -log_s.gather(1, labels.unsqueeze(1)).squeeze(1)
    transported = -(target_masses * log_s.gather(1, target_ids)).sum(1)
    return ((1 - settings["trust"]) * given + settings["trust"] * transported).mean()


def step():
    started = time.perf_counter()
    if with_teacher:
        loss = transport_by_spelling(model(input_ids=ids, use_cache=False).logits)
    else:
        loss = model(input_ids=ids, labels=ids, use_cache=False).loss
    loss.backward()
    torch.nn.utils.clip_grad_norm_(parameters, settings["maximum_norm"])
    optimizer.step()
    optimizer.zero_grad()
    value = float(loss.detach())
    return {"loss": value, "seconds": time.perf_counter() - started}


print(json.dumps({"torch": torch.__version__}), flush=True)
for line in sys.stdin:
    print(json.dumps(step()), flush=True)
