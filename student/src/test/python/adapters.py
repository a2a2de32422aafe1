# Makes the goldens of LoRA, which io.stillstream.student.AdapterGolden describes: adapters of the families' tiny models, and what
# PEFT and torch make of them. Nothing in a build runs this; it needs Python with torch, transformers 5, peft and safetensors.
#
#   OMP_NUM_THREADS=1 python student/src/test/python/adapters.py student/src/test/resources

import os
import shutil
import sys
import zlib

import torch
from families import load, mean_loss
from peft import LoraConfig, get_peft_model
from safetensors.torch import load_file, save_file

STEPS = 10

ADAPTERS = {
    "llama": ("llama", dict(r=4, lora_alpha=8, target_modules="all-linear", use_rslora=True)),
    "llama-head": (
        "llama",
        dict(r=2, lora_alpha=6, target_modules=["q_proj", "v_proj"], modules_to_save=["lm_head", "embed_tokens"]),
    ),
    "gpt2": ("gpt2", dict(r=4, lora_alpha=16, target_modules=["c_attn", "c_proj"], fan_in_fan_out=True)),
    "gpt_neox": ("gpt_neox", dict(r=3, lora_alpha=6, target_modules="all-linear")),
    "bloom": ("bloom", dict(r=2, lora_alpha=4, target_modules=["query_key_value", "dense"])),
}


def stored(name):
    return name.replace(".default", "").replace("modules_to_save.", "")


def make(resources, name, family, settings):
    directory = os.path.join(resources, "adapters", name)
    shutil.rmtree(directory, ignore_errors=True)
    base = os.path.join(resources, "families", family)
    generator = torch.Generator().manual_seed(zlib.crc32(name.encode()))
    model = get_peft_model(load(family, base), LoraConfig(task_type="CAUSAL_LM", **settings)).eval()
    trained = {n: p for n, p in model.named_parameters() if p.requires_grad}
    with torch.no_grad():
        for parameter_name, parameter in trained.items():
            noise = torch.randn(parameter.shape, generator=generator)
            parameter.copy_(parameter + noise * (0.2 if "lora_" in parameter_name else 0.05))
    model.peft_config["default"].base_model_name_or_path = "../base"
    model.save_pretrained(directory, save_embedding_layers=False)
    for file in os.listdir(directory):
        if file not in ("adapter_config.json", "adapter_model.safetensors"):
            os.remove(os.path.join(directory, file))

    known = load_file(os.path.join(base, "golden.safetensors"))
    ids = [known[f"ids.{i}"].long() for i in range(3)]
    golden = {}
    for i, x in enumerate(ids):
        with torch.no_grad():
            golden[f"logits.{i}"] = model(x[None]).logits[0].contiguous()
    groups = [
        dict(params=[p for p in trained.values() if p.dim() > 1], weight_decay=0.1),
        dict(params=[p for p in trained.values() if p.dim() <= 1], weight_decay=0.0),
    ]
    adamw = torch.optim.AdamW(groups, lr=2e-3, betas=(0.9, 0.95), eps=1e-5)
    losses = []
    for step in range(STEPS):
        adamw.zero_grad()
        loss = mean_loss(family, model, ids)
        loss.backward()
        losses.append(loss.item())
        if step == 0:
            for parameter_name, parameter in trained.items():
                golden["gradient." + stored(parameter_name)] = parameter.grad.clone().contiguous()
        torch.nn.utils.clip_grad_norm_(list(trained.values()), 1.0)
        adamw.step()
    for parameter_name, parameter in trained.items():
        golden["after." + stored(parameter_name)] = parameter.detach().clone().contiguous()
    golden["loss"] = torch.tensor(losses)
    save_file(golden, os.path.join(directory, "golden.safetensors"))

    # What PEFT makes of the adapter as it was saved, in the type that the base is stored in.
    from peft import PeftModel
    from transformers import AutoModelForCausalLM

    whole = AutoModelForCausalLM.from_pretrained(base, dtype=torch.float32)
    merged = PeftModel.from_pretrained(whole, directory).merge_and_unload()
    save_file(
        {n: p.detach().clone().contiguous() for n, p in merged.named_parameters()},
        os.path.join(directory, "merged.safetensors"),
    )


def main():
    torch.set_num_threads(1)
    for name, (family, settings) in ADAPTERS.items():
        make(sys.argv[1], name, family, settings)
        print(name)


if __name__ == "__main__":
    main()
