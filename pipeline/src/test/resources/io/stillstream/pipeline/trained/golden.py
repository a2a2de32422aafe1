"""Writes golden.jsonl: what transformers renders for the chats of chats.json, cut into what is asked and what is learned.

    python golden.py ../shared > golden.jsonl        (transformers 5.18; ../shared holds the families' templates)

chats.json was written by hand, from lines.jsonl read by eye: it says what each line means in the words of the OpenAI API.
Messages are given to transformers as vLLM gives them: the arguments of calls as objects, and parts of content joined with
line breaks, except to the template that reads parts.
"""

import json
import pathlib
import sys

from tokenizers import Tokenizer, models
from transformers import PreTrainedTokenizerFast

# Where the template is, what ends a turn, whether its tokenizer begins a plain text with a token, whether it reads parts.
FAMILIES = {
    "qwen2_5": ("tokenizers/qwen2_5", "<|im_end|>", False, False),
    "llama3_2": ("chat-templates/llama3_2", "<|eot_id|>", True, False),
    "gemma3": ("chat-templates/gemma3", "<end_of_turn>", True, True),
    "internlm2": ("chat-templates/internlm2", "<|im_end|>", True, False),
}


def given(message, reads_parts):
    content = message["content"]
    if isinstance(content, list) and not reads_parts:
        content = "\n".join(part["text"] for part in content)
    return {**message, "content": content}


def chat(row, render, end, reads_parts):
    messages = [given(message, reads_parts) for message in row["messages"]]
    answer = given(row["answer"], reads_parts)
    settings = {"tools": row["tools"], "date_string": row["date"], "tokenize": False}
    prompt = render(messages, add_generation_prompt=True, **settings)
    whole = render([*messages, answer], add_generation_prompt=False, **settings)
    if not whole.startswith(prompt):
        # The generation prompt is longer than what the template writes before this answer: it begins where both end alike.
        shared = next(i for i, (left, right) in enumerate(zip(prompt, whole)) if left != right)
        prompt = whole[:shared]
    learned = whole[len(prompt):].removesuffix("\n").removesuffix(end)
    if not all(call["function"]["name"] in learned for call in answer.get("tool_calls", [])):
        raise ValueError("the template leaves out what the answer calls")
    if "begins_with" in row:
        at = learned.index(row["begins_with"]) + len(row["begins_with"])
        prompt, learned = prompt + learned[:at], learned[at:]
    if "ends_with" in row:
        learned = learned[: learned.index(row["ends_with"]) + len(row["ends_with"])]
    return prompt, learned + (end if row["finish"] in ("stop", "tool_calls") else "")


def plain(row, begin, end):
    answer = row["answer"]
    return begin + row["prompt"], None if answer is None else answer + (end if row["finish"] == "stop" else "")


def main(shared):
    here = pathlib.Path(__file__).parent
    rows = json.loads((here / "chats.json").read_text())
    for family, (place, end, begins, reads_parts) in FAMILIES.items():
        config = json.loads((pathlib.Path(shared) / place / "tokenizer_config.json").read_text())
        special = {name: config.get(name) for name in ("bos_token", "eos_token")}
        tokenizer = PreTrainedTokenizerFast(tokenizer_object=Tokenizer(models.BPE()), **special)
        tokenizer.chat_template = config["chat_template"]
        for row in rows:
            result = {"shape": row["shape"], "template": family}
            try:
                if "prompt" in row:
                    pair = plain(row, special["bos_token"] if begins else "", special["eos_token"])
                else:
                    pair = chat(row, tokenizer.apply_chat_template, end, reads_parts)
                result["asked"], result["learned"] = pair
            except Exception as refusal:
                result["refused"] = str(refusal)
            print(json.dumps(result, ensure_ascii=False))


if __name__ == "__main__":
    main(sys.argv[1])
