"""OpenAI's own client for Python. Arguments: the base URL, the upstream's own address."""

import sys
import time
import urllib.request

import openai

base_url, upstream = sys.argv[1:]
client = openai.OpenAI(base_url=base_url, api_key="sk-client", max_retries=2)
WEATHER = {
    "type": "function",
    "function": {
        "name": "weather",
        "description": "Temperature in a city",
        "parameters": {"type": "object", "properties": {"city": {"type": "string"}}},
    },
}


def messages(scenario):
    return [{"role": "system", "content": "You are brief."}, {"role": "user", "content": f"scenario-{scenario}"}]


def chat(scenario, **more):
    return client.chat.completions.create(model="m", messages=messages(scenario), **more)


def every(stream):
    return [chunk.to_json(indent=None) for chunk in stream]


def scenario(name, call):
    try:
        seen = call()
        seen = seen.to_json(indent=None) if hasattr(seen, "to_json") else seen
    except openai.APIStatusError as error:
        seen = f"{type(error).__name__}: {error.status_code} {error.code} {error.message} {error.request_id}"
    print(f"{name} | {seen}", flush=True)


def ending(caller):
    for _ in range(200):
        text = urllib.request.urlopen(f"{upstream}/ending/{caller}").read().decode()
        if text != "open":
            return text
        time.sleep(0.025)
    return "still open"


def tools():
    first = chat("tools", tools=[WEATHER])
    second = client.chat.completions.create(
        model="m",
        tools=[WEATHER],
        messages=messages("tools")
        + [first.choices[0].message, {"role": "tool", "tool_call_id": "call_1", "content": "21"}],
    )
    return [first.to_json(indent=None), second.to_json(indent=None)]


def cancelled():
    with chat("endless caller-python", stream=True) as stream:
        for _, _chunk in zip(range(3), stream):
            pass
    return ending("python")


for name in ("plain", "zipped", "two", "bad", "unauthorized", "unknown-model", "busy", "broken"):
    scenario(name, lambda: chat(name))
scenario("stream", lambda: every(chat("plain", stream=True, stream_options={"include_usage": True})))
scenario("stream bad", lambda: every(chat("bad", stream=True)))
scenario("tools", tools)
scenario("stream tools", lambda: every(chat("tools", stream=True, tools=[WEATHER])))
scenario("cancelled", cancelled)
scenario("completion", lambda: client.completions.create(model="m", prompt="Once upon a time scenario-plain"))
scenario("embedding", lambda: client.embeddings.create(model="m", input="sea"))
scenario("models", lambda: every(client.models.list()))
scenario("response", lambda: client.responses.create(model="m", input="scenario-plain"))
scenario("response stream", lambda: every(client.responses.create(model="m", input="scenario-plain", stream=True)))
