# Makes the goldens of the decoder families, which io.stillstream.student.FamilyGolden describes: tiny random models of
# transformers, and what transformers and torch make of them. Nothing in a build runs this; it needs Python with torch,
# transformers 5 and safetensors.
#
#   OMP_NUM_THREADS=1 python student/src/test/python/families.py student/src/test/resources/families [NAME ...]

import os
import shutil
import sys
import zlib

import torch
from safetensors.torch import load_file, save_file
from transformers import AutoConfig, AutoModelForCausalLM, AutoModelForSeq2SeqLM

VOCABULARY = 64
PROMPTS = [3, 1, 5]
# With an encoder a prompt is what that reads, and the token that the decoder reads first.
ENCODED_PROMPTS = [6, 2, 14]
START = 0
GREEDY = 20
# How far losses in single precision may be from those in double precision.
ROUNDING = 2e-5
KEPT = ("config.json", "model.safetensors")


def rope(kind, theta, **others):
    return dict(rope_type=kind, rope_theta=theta, **others)


def grouped(**others):
    shape = dict(
        vocab_size=VOCABULARY,
        hidden_size=16,
        intermediate_size=24,
        num_hidden_layers=2,
        num_attention_heads=4,
        num_key_value_heads=2,
        max_position_embeddings=64,
        rms_norm_eps=1e-5,
        bos_token_id=1,
        eos_token_id=2,
        pad_token_id=None,
        tie_word_embeddings=True,
    )
    return {**shape, **others}


def short(**others):
    return grouped(num_hidden_layers=1, **others)


def neox(**others):
    shape = dict(
        vocab_size=VOCABULARY,
        hidden_size=16,
        intermediate_size=24,
        num_hidden_layers=2,
        num_attention_heads=2,
        max_position_embeddings=64,
        bos_token_id=0,
        eos_token_id=0,
    )
    return {**shape, **others}


def gpt2(**others):
    return dict(vocab_size=VOCABULARY, n_embd=16, n_layer=2, n_positions=64, bos_token_id=0, eos_token_id=0, **others)


def opt(**others):
    return dict(
        vocab_size=VOCABULARY,
        hidden_size=16,
        ffn_dim=24,
        num_hidden_layers=2,
        num_attention_heads=4,
        max_position_embeddings=64,
        bos_token_id=2,
        eos_token_id=2,
        pad_token_id=1,
        **others,
    )


def t5(**others):
    shape = dict(
        vocab_size=VOCABULARY,
        d_model=16,
        d_kv=6,
        d_ff=24,
        # transformers 5.18 makes a cache of too few layers for a decoder that is deeper than its encoder.
        num_layers=3,
        num_decoder_layers=2,
        num_heads=4,
        relative_attention_num_buckets=8,
        relative_attention_max_distance=10,
        decoder_start_token_id=START,
    )
    return {**shape, **others}


# One of each family, with ten steps of AdamW.
FAMILIES = {
    "llama": ("llama", grouped(tie_word_embeddings=False, attention_bias=True, mlp_bias=True, head_dim=6)),
    "mistral": (
        "mistral",
        grouped(sliding_window=5, tie_word_embeddings=False, head_dim=6, rope_parameters=rope("default", 1000.0)),
    ),
    "qwen2": ("qwen2", grouped(rope_parameters=rope("default", 1000000.0))),
    "qwen3": ("qwen3", grouped(head_dim=6, rope_parameters=rope("default", 1000000.0))),
    "smollm3": ("smollm3", grouped(num_hidden_layers=3, no_rope_layers=[1, 0, 1])),
    "gemma2": (
        "gemma2",
        grouped(
            head_dim=6,
            sliding_window=5,
            query_pre_attn_scalar=7,
            attn_logit_softcapping=2.0,
            final_logit_softcapping=3.0,
        ),
    ),
    "gemma3": (
        "gemma3_text",
        grouped(
            head_dim=6,
            sliding_window=5,
            query_pre_attn_scalar=7,
            layer_types=["sliding_attention", "full_attention"],
            rope_parameters=dict(
                sliding_attention=rope("default", 50.0), full_attention=rope("linear", 10000.0, factor=8.0)
            ),
        ),
    ),
    "gpt_neox": ("gpt_neox", neox(rope_parameters=rope("default", 100.0, partial_rotary_factor=0.5))),
    "gpt2": ("gpt2", gpt2(n_head=4)),
    "opt": ("opt", opt(word_embed_proj_dim=16)),
    "bloom": (
        "bloom",
        dict(vocab_size=VOCABULARY, hidden_size=16, n_layer=2, n_head=4, bos_token_id=1, eos_token_id=2),
    ),
    "phi3": (
        "phi3",
        grouped(
            num_attention_heads=2,
            num_key_value_heads=1,
            sliding_window=6,
            tie_word_embeddings=False,
            original_max_position_embeddings=64,
            rope_parameters=rope("default", 100.0, partial_rotary_factor=0.5),
        ),
    ),
    "t5": ("t5", t5()),
    "mt5": ("mt5", t5(feed_forward_proj="gated-gelu")),
}

# Models whose LM head has weights of its own. transformers 5 takes it to be tied unless a checkpoint says otherwise.
UNTIED = ("mt5", "t5-gated")

VARIANTS = {
    "llama-linear": (
        "llama",
        short(max_position_embeddings=32, rope_parameters=rope("linear", 100.0, factor=3.0)),
    ),
    "llama-dynamic": (
        "llama",
        short(max_position_embeddings=8, head_dim=8, rope_parameters=rope("dynamic", 100.0, factor=4.0)),
    ),
    "llama-yarn": (
        "llama",
        short(
            max_position_embeddings=32,
            head_dim=8,
            rope_parameters=rope(
                "yarn", 50.0, factor=4.0, original_max_position_embeddings=8, beta_fast=2.0, beta_slow=0.5
            ),
        ),
    ),
    "llama-llama3": (
        "llama",
        short(
            head_dim=8,
            rope_parameters=rope(
                "llama3",
                20.0,
                factor=8.0,
                original_max_position_embeddings=8,
                low_freq_factor=1.0,
                high_freq_factor=4.0,
            ),
        ),
    ),
    "qwen2-window": (
        "qwen2",
        grouped(tie_word_embeddings=False, use_sliding_window=True, sliding_window=6, max_window_layers=1),
    ),
    "smollm3-window": ("smollm3", grouped(no_rope_layer_interval=2, use_sliding_window=True, sliding_window=6)),
    "gpt_neox-sequential": (
        "gpt_neox",
        neox(
            use_parallel_residual=False,
            attention_bias=False,
            tie_word_embeddings=True,
            rope_parameters=rope("default", 100.0, partial_rotary_factor=0.25),
        ),
    ),
    "gpt2-scaled": (
        "gpt2",
        gpt2(
            n_head=2,
            n_inner=24,
            scale_attn_by_inverse_layer_idx=True,
            activation_function="gelu",
            tie_word_embeddings=False,
        ),
    ),
    "opt-350m": ("opt", opt(word_embed_proj_dim=8, do_layer_norm_before=False)),
    "bloom-six-heads": (
        "bloom",
        dict(
            vocab_size=VOCABULARY,
            hidden_size=24,
            n_layer=1,
            n_head=6,
            apply_residual_connection_post_layernorm=True,
            bos_token_id=1,
            eos_token_id=2,
        ),
    ),
    # Saved by transformers 5 as a tied model whose head reads what is not scaled.
    "t5-gated": ("t5", t5(feed_forward_proj="gated-silu", num_decoder_layers=1, tie_word_embeddings=False)),
    "phi3-longrope": (
        "phi3",
        grouped(
            num_attention_heads=2,
            max_position_embeddings=32,
            original_max_position_embeddings=8,
            rope_parameters=rope(
                "longrope", 100.0, short_factor=[1.0, 1.1, 1.2, 1.5], long_factor=[1.5, 2.0, 3.0, 4.0]
            ),
        ),
    ),
}


def encodes(kind):
    return kind in ("t5", "mt5")


def auto_class(kind):
    return AutoModelForSeq2SeqLM if encodes(kind) else AutoModelForCausalLM


def prompts(kind):
    return ENCODED_PROMPTS if encodes(kind) else PROMPTS


def load(kind, directory):
    model = auto_class(kind).from_pretrained(directory, dtype=torch.float32, attn_implementation="eager")
    return model.eval()


# The logits of all that the model reads, or that its decoder reads behind the prompt.
def logits(kind, model, x, prompt):
    if not encodes(kind):
        return model(x[None]).logits[0]
    return model(input_ids=x[None, : prompt - 1], decoder_input_ids=x[None, prompt - 1 :]).logits[0]


# As published checkpoints of mT5 have it: an LM head that is not tied, and the embedding three times.
def add_head(name, directory, generator):
    path = os.path.join(directory, "model.safetensors")
    tensors = load_file(path)
    tensors["lm_head.weight"] = (torch.randn(VOCABULARY, 16, generator=generator) * 0.3).bfloat16()
    if name == "mt5":
        for side in ("encoder", "decoder"):
            tensors[side + ".embed_tokens.weight"] = tensors["shared.weight"].clone()
        path_of_config = os.path.join(directory, "config.json")
        with open(path_of_config) as file:
            config = file.read()
        with open(path_of_config, "w") as file:
            file.write(config.replace('"tie_word_embeddings": true', '"tie_word_embeddings": false'))
    save_file(tensors, path, metadata={"format": "pt"})


def write_model(name, kind, settings, directory, generator):
    model = auto_class(kind).from_config(AutoConfig.for_model(kind, **settings))
    with torch.no_grad():
        for weight_name, weight in model.named_parameters():
            noise = torch.randn(weight.shape, generator=generator)
            if weight.dim() > 1:
                weight.copy_(noise * 0.3)
            elif weight_name.endswith("bias"):
                weight.copy_(noise * 0.2)
            else:
                weight.copy_(noise * 0.2 + (0.0 if kind.startswith("gemma") else 1.0))
    model.bfloat16().save_pretrained(directory)
    for file in os.listdir(directory):
        if file not in KEPT:
            os.remove(os.path.join(directory, file))
    if name in UNTIED:
        add_head(name, directory, generator)


# Without a cache where frequencies change with the length: transformers 5.18 drops the cache then and goes on with the last token
# alone, so that its text is not the most likely one.
def greedy(kind, directory, prompt, cached):
    model = load(kind, directory)
    model.generation_config.eos_token_id = None
    model.generation_config.pad_token_id = 0
    read = prompt[:-1] if encodes(kind) else prompt
    mask = torch.ones(1, len(read), dtype=torch.long)
    text = model.generate(
        read[None], attention_mask=mask, do_sample=False, max_new_tokens=GREEDY, use_cache=cached, eos_token_id=None
    )
    return text[0][1 if encodes(kind) else len(prompt) :]


def mean_loss(kind, model, ids):
    losses = []
    for x, prompt in zip(ids, prompts(kind)):
        predicted = logits(kind, model, x[:-1], prompt)[-len(x[prompt:]) :]
        losses.append(torch.nn.functional.cross_entropy(predicted, x[prompt:]))
    return sum(losses) / len(losses)


# The loss before each step, and at least once.
def train(kind, model, ids, steps):
    groups = [
        dict(params=[p for p in model.parameters() if p.dim() > 1], weight_decay=0.1),
        dict(params=[p for p in model.parameters() if p.dim() <= 1], weight_decay=0.0),
    ]
    adamw = torch.optim.AdamW(groups, lr=2e-3, betas=(0.9, 0.95), eps=1e-5)
    losses = []
    for _ in range(max(1, steps)):
        adamw.zero_grad()
        loss = mean_loss(kind, model, ids)
        losses.append(loss.item())
        if steps > 0:
            loss.backward()
            torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            adamw.step()
    return losses


# The names of the file: GPT-NeoX's LM head has another in memory.
def stored(kind, name):
    return "embed_out.weight" if kind == "gpt_neox" and name == "lm_head.weight" else name


def make(name, kind, settings, steps, directory, seed):
    shutil.rmtree(directory, ignore_errors=True)
    os.makedirs(directory)
    generator = torch.Generator().manual_seed(seed)
    write_model(name, kind, settings, directory, generator)
    # Frequencies of these kinds depend on the longest sequence of a batch.
    lengths = [24, 24, 24] if name.endswith(("dynamic", "longrope")) else [9, 17, 24]
    ids = [torch.randint(3, VOCABULARY, (length,), generator=generator) for length in lengths]
    if encodes(kind):
        for x, prompt in zip(ids, ENCODED_PROMPTS):
            x[prompt - 1] = START
    text = greedy(kind, directory, ids[0][: prompts(kind)[0]], not name.endswith("longrope"))
    if len(set(text.tolist())) < 6:
        return False
    golden = {"greedy": text.int()}
    for i, x in enumerate(ids):
        golden[f"ids.{i}"] = x.int()
        with torch.no_grad():
            golden[f"logits.{i}"] = logits(kind, load(kind, directory), x, prompts(kind)[i]).contiguous()
    model = load(kind, directory)
    mean_loss(kind, model, ids).backward()
    for weight_name, weight in model.named_parameters():
        golden["gradient." + stored(kind, weight_name)] = weight.grad.clone().contiguous()
    losses = train(kind, model, ids, steps)
    exact = train(kind, load(kind, directory).double(), ids, steps)
    if max(abs(one - other) for one, other in zip(losses, exact)) > ROUNDING:
        return False
    if steps > 0:
        for weight_name, weight in model.named_parameters():
            golden["after." + stored(kind, weight_name)] = weight.detach().clone().contiguous()
    golden["loss"] = torch.tensor(losses)
    save_file(golden, os.path.join(directory, "golden.safetensors"))
    return True


def main():
    torch.set_num_threads(1)
    target, only = sys.argv[1], sys.argv[2:]
    for models, steps in ((FAMILIES, 10), (VARIANTS, 0)):
        for name, (kind, settings) in models.items():
            if not only or name in only:
                # The first seed whose greedy text is not a few tokens over and over, and whose steps do not hang on rounding.
                seed = zlib.crc32(name.encode())
                while not make(name, kind, settings, steps, os.path.join(target, name), seed):
                    seed += 1
                print(name)


if __name__ == "__main__":
    main()
