# Makes the tokenizer of io.stillstream.student.TinyT5, of the kind that T5 and mT5 have, and what transformers makes of some texts
# with it. Nothing in a build runs this; it needs Python with transformers 5.
#
#   python student/src/test/python/unigram.py student/src/test/resources/tiny-t5

import json
import os
import sys

from tokenizers import Regex, normalizers
from transformers import T5Tokenizer

PIECES = ["▁the", "▁a", "▁s", "▁w", "he", "in", "ing", "an", "and", "er", "re", "on", "at", "ou", "th", "or", "en", "is", "▁to", "▁of"]
MARKS = list(".,!'\"-")

TEXTS = [
    "the king and the snow",
    "The king",
    " a start",
    "an end ",
    "two  spaces\n\nand\tlines",
    "the \"one\" .",
    "snow ☃man ☃☃ on",
    "ﬁne é",
    "in </s> on",
    "is <extra_id_0> it",
    "\n \u200b",
]




def main():
    target = sys.argv[1]
    vocabulary = [("<pad>", 0.0), ("</s>", 0.0), ("<unk>", 0.0), ("▁", -3.0)]
    vocabulary += [(piece, -4.0) for piece in PIECES]
    vocabulary += [(mark, -5.0) for mark in MARKS]
    vocabulary += [(chr(ord("a") + i), -6.0) for i in range(26)]
    vocabulary += [("<extra_id_1>", 0.0), ("<extra_id_0>", 0.0)]
    tokenizer = T5Tokenizer(vocab=vocabulary, extra_ids=2)
    # What the table of published tokenizers does, without its 300 kilobytes.
    tokenizer._tokenizer.normalizer = normalizers.Sequence(
        [normalizers.Nmt(), normalizers.NFKC(), normalizers.Replace(Regex(" {2,}"), " ")]
    )
    tokenizer.save_pretrained(target)
    texts = []
    for text in TEXTS:
        ids = tokenizer(text, add_special_tokens=False).input_ids
        texts.append(
            dict(text=text, whole=tokenizer(text).input_ids, ids=ids, decoded=tokenizer.decode(ids, skip_special_tokens=True))
        )
    with open(os.path.join(target, "texts.json"), "w") as out:
        out.write("[\n" + ",\n".join(json.dumps(text, ensure_ascii=False) for text in texts) + "\n]\n")


if __name__ == "__main__":
    main()
