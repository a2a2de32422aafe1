"""Writes what RenderedTurnTest compares: the renderings by transformers of chats, for each template of a directory.

    python golden.py CHATS TEMPLATES OUT        (transformers 5.18)

CHATS is lines as chats.jsonl has them, TEMPLATES a directory of .jinja files, such as chat_templates of the package trl. OUT
takes both, and for each template NAME.jsonl. The special tokens are <s> and </s>. Messages are given as vLLM gives them: the
arguments of calls as objects and parts joined with line breaks, except to the templates named below.
"""

import datetime
import json
import pathlib
import shutil
import sys

import transformers.utils.chat_template_utils as utilities
from tokenizers import Tokenizer, models
from transformers import PreTrainedTokenizerFast

READ_PARTS = {
    "diffusion_gemma", "gemma3", "gemma4", "glm4moe", "idefics3", "lfm2_2_5", "lfm2_2_5_vl", "muse_glimmer", "qwen2_5_vl",
    "qwen3_5_nothink", "qwen3_5_think", "qwen3_6", "qwen3_8", "qwen3_vl", "steps",
}  # fmt: skip
WRITE_ARGUMENTS_AS_TEXT = {"closing", "deepseek_r1_distill", "deepseekv3", "gemma4", "steps"}
REASONING = ("reasoning_content", "reasoning", "thinking")


class Then(datetime.datetime):
    """The moment at which all of the chats were created."""

    @classmethod
    def now(cls, tz=None):
        return cls(2026, 3, 4, 5, 6, 7)


def arguments(text):
    try:
        value = json.loads(text) if text.strip() else {}
    except ValueError:
        return text
    return value if isinstance(value, dict) else text


def call(given, as_text):
    function = given["function"]
    return given if as_text else {**given, "function": {**function, "arguments": arguments(function["arguments"])}}


def message(given, name, reasoning):
    result = {key: value for key, value in given.items() if key not in ("refusal", "reasoning_content")}
    content = given.get("content")
    if isinstance(content, list) and name not in READ_PARTS:
        content = "\n".join(part["text"] for part in content)
    result["content"] = content or given.get("refusal", content)
    if "reasoning_content" in given:
        result[reasoning] = given["reasoning_content"]
    if "tool_calls" in given:
        result["tool_calls"] = [call(each, name in WRITE_ARGUMENTS_AS_TEXT) for each in given["tool_calls"]]
    return result


def rendered(tokenizer, messages, row, generation_prompt):
    try:
        return tokenizer.apply_chat_template(
            messages,
            tools=row.get("tools"),
            documents=row.get("documents"),
            add_generation_prompt=generation_prompt,
            tokenize=False,
        )
    except Exception:
        return None


def main(chats, templates, out):
    utilities.datetime = Then
    out = pathlib.Path(out)
    out.mkdir(parents=True, exist_ok=True)
    shutil.copy(chats, out / "chats.jsonl")
    rows = [json.loads(line) for line in open(chats)]
    for file in sorted(pathlib.Path(templates).glob("*.jinja")):
        shutil.copy(file, out)
        name = file.stem.removesuffix("_training")
        tokenizer = PreTrainedTokenizerFast(tokenizer_object=Tokenizer(models.BPE()), bos_token="<s>", eos_token="</s>")
        tokenizer.chat_template = file.read_text()
        reasoning = next((key for key in REASONING if key in tokenizer.chat_template), REASONING[0])
        with open(out / (file.stem + ".jsonl"), "w") as golden:
            for row in rows:
                messages = [message(given, name, reasoning) for given in row["messages"]]
                response = message(row["response"]["message"], name, reasoning)
                pair = {
                    "prompt": rendered(tokenizer, messages, row, True),
                    "whole": rendered(tokenizer, [*messages, response], row, False),
                }
                golden.write(json.dumps(pair, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
