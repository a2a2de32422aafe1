"""OpenAI's own client for Python, a call a second until it is ended. Arguments: the base URL, the API key, the certificate.

Prints a line for each call: seconds since the epoch, who answered, or `failed` and why. Every fifth answer is a stream.
"""

import itertools
import ssl
import sys
import time

import httpx
import openai

base_url, key, certificate = sys.argv[1:]
context = ssl.create_default_context(cafile=certificate)
# Nothing is tried again: a call that fails is to be seen.
client = openai.OpenAI(base_url=base_url, api_key=key, http_client=httpx.Client(verify=context), max_retries=0, timeout=60)

for number in itertools.count():
    call = {
        "model": "student",
        "prompt": f"Once upon a time there were {number % 97} foxes in a wood",
        "max_tokens": 24,
        "extra_headers": {"x-conversation-id": f"compose-{time.time():.0f}-{number}"},
    }
    began = time.time()
    try:
        if number % 5 == 4:
            chunks = list(client.completions.create(stream=True, **call))
            answer, text = chunks[0], "".join(choice.text for chunk in chunks for choice in chunk.choices)
        else:
            answer = client.completions.create(**call)
            text = answer.choices[0].text
        seen = answer.system_fingerprint if text else "failed: an empty answer"
    except (openai.OpenAIError, httpx.HTTPError) as error:
        seen = f"failed: {type(error).__name__}: {error}"
    print(f"{began:.1f} {seen}", flush=True)
    time.sleep(max(0.0, began + 1 - time.time()))
