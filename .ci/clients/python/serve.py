"""OpenAI's own client for Python at `stillstream serve`, with its models checked strictly: argument: the base URL.

Prints a line for each kind of answer; exits with 1 where one is not what OpenAI's types say, has a field that they do not know, or an
error has another class.
"""

import json
import sys
import urllib.request

import openai
from openai.types import Completion, Model
from openai.types.chat import ChatCompletion, ChatCompletionChunk

base_url = sys.argv[1]
client = openai.OpenAI(base_url=base_url, api_key="sk-client", max_retries=0)
failed = 0


def unknown(model, path=""):
    """Fields that the published types do not have."""
    found = [f"{path}{name}" for name in (model.model_extra or {})]
    for name in type(model).model_fields:
        value = getattr(model, name)
        for one in value if isinstance(value, list) else [value]:
            if hasattr(one, "model_extra"):
                found += unknown(one, f"{path}{name}.")
    return found


def check(name, call):
    global failed
    try:
        print(f"{name} | {call()}", flush=True)
    except Exception as error:
        failed = 1
        print(f"{name} | FAILED {type(error).__name__}: {error}", flush=True)


def post(path, body):
    request = urllib.request.Request(
        base_url + path, json.dumps(body).encode(), {"Content-Type": "application/json"})
    return urllib.request.urlopen(request).read().decode()


def strict(model, text):
    read = model.model_validate_json(text, strict=True)
    extra = unknown(read)
    if extra:
        raise AssertionError(f"fields that OpenAI does not publish: {extra}")
    return read


def whole(model, path, body):
    return f"{len(strict(model, post(path, body)).choices)} choices"


def chunks(model, path, body):
    events = [line[6:] for line in post(path, {**body, "stream": True}).splitlines() if line.startswith("data: ")]
    assert events[-1] == "[DONE]", events[-1]
    if model is Completion:
        # OpenAI itself sends null in all but the last piece, which its types do not allow for.
        events = [event.replace('"finish_reason":null', '"finish_reason":"length"') for event in events]
    return f"{len([strict(model, event) for event in events[:-1]])} chunks"


def error(kind, status, call):
    try:
        call()
    except kind as seen:
        assert seen.status_code == status and seen.body["message"] and "type" in seen.body, seen.body
        assert set(seen.body) == {"message", "type", "param", "code"}, seen.body
        return f"{kind.__name__}: {seen.code}, {seen.param}"
    raise AssertionError("no error")


CHAT = {"model": "m", "messages": [{"role": "user", "content": "Once upon a time"}], "max_tokens": 8}
TEXT = {"model": "m", "prompt": "Once upon a time", "max_tokens": 8}
check("chat", lambda: whole(ChatCompletion, "/chat/completions", CHAT))
check("chat, three choices", lambda: whole(ChatCompletion, "/chat/completions", {**CHAT, "n": 3, "seed": 1}))
check("chat, log-probabilities", lambda: whole(
    ChatCompletion, "/chat/completions", {**CHAT, "logprobs": True, "top_logprobs": 3}))
check("chat, stopped", lambda: whole(ChatCompletion, "/chat/completions", {**CHAT, "stop": ["a"]}))
check("chat stream", lambda: chunks(ChatCompletionChunk, "/chat/completions", CHAT))
check("chat stream, usage and log-probabilities", lambda: chunks(
    ChatCompletionChunk,
    "/chat/completions",
    {**CHAT, "logprobs": True, "top_logprobs": 2, "stream_options": {"include_usage": True}}))
check("completion", lambda: whole(Completion, "/completions", TEXT))
check("completion, log-probabilities", lambda: whole(Completion, "/completions", {**TEXT, "logprobs": 3}))
check("completion stream", lambda: chunks(
    Completion, "/completions", {**TEXT, "stream_options": {"include_usage": True}}))
check("client: chat", lambda: repr(client.chat.completions.create(**CHAT).choices[0].message.content))
check("client: stream", lambda: repr("".join(
    chunk.choices[0].delta.content or "" for chunk in client.chat.completions.create(**CHAT, stream=True))))
check("client: completion", lambda: repr(client.completions.create(**TEXT).choices[0].text))
check("models", lambda: [
    (strict(Model, one.to_json()).id, client.models.retrieve(one.id).object) for one in client.models.list()])
check("tools", lambda: error(openai.BadRequestError, 400, lambda: client.chat.completions.create(
    **CHAT, tools=[{"type": "function", "function": {"name": "f", "parameters": {}}}])))
check("wrong range", lambda: error(
    openai.BadRequestError, 400, lambda: client.chat.completions.create(**CHAT, temperature=9)))
check("unknown model", lambda: error(
    openai.NotFoundError, 404, lambda: client.chat.completions.create(**{**CHAT, "model": "other"})))
check("too long", lambda: error(
    openai.BadRequestError, 400, lambda: client.completions.create(model="m", prompt="one day " * 2000)))
check("no such path", lambda: error(
    openai.NotFoundError, 404, lambda: client.embeddings.create(model="m", input="sea")))
sys.exit(failed)
