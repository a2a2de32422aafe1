// OpenAI's own client for Node. Arguments: the base URL, the upstream's own address.
import OpenAI from "openai";

const [baseURL, upstream] = process.argv.slice(2);
const client = new OpenAI({ baseURL, apiKey: "sk-client", maxRetries: 2 });
const weather = {
  type: "function",
  function: {
    name: "weather",
    description: "Temperature in a city",
    parameters: { type: "object", properties: { city: { type: "string" } } },
  },
};

const messages = (scenario) => [
  { role: "system", content: "You are brief." },
  { role: "user", content: `scenario-${scenario}` },
];
const chat = (scenario, more = {}) =>
  client.chat.completions.create({ model: "m", messages: messages(scenario), ...more });

async function all(stream) {
  const chunks = [];
  for await (const chunk of await stream) chunks.push(chunk);
  return chunks;
}

async function scenario(name, call) {
  let seen;
  try {
    seen = JSON.stringify(await call());
  } catch (error) {
    seen = `${error.constructor.name}: ${error.status} ${error.code} ${error.message} ${error.headers?.get("x-request-id")}`;
  }
  console.log(`${name} | ${seen}`);
}

async function ending(caller) {
  for (let i = 0; i < 200; i++) {
    const text = await (await fetch(`${upstream}/ending/${caller}`)).text();
    if (text !== "open") return text;
    await new Promise((done) => setTimeout(done, 25));
  }
  return "still open";
}

for (const name of ["plain", "zipped", "two", "bad", "unauthorized", "unknown-model", "busy", "broken"]) {
  await scenario(name, () => chat(name));
}
await scenario("stream", () => all(chat("plain", { stream: true, stream_options: { include_usage: true } })));
await scenario("stream bad", () => all(chat("bad", { stream: true })));
await scenario("tools", async () => {
  const first = await chat("tools", { tools: [weather] });
  const second = await client.chat.completions.create({
    model: "m",
    tools: [weather],
    messages: [
      ...messages("tools"),
      first.choices[0].message,
      { role: "tool", tool_call_id: "call_1", content: "21" },
    ],
  });
  return [first, second];
});
await scenario("stream tools", () => all(chat("tools", { stream: true, tools: [weather] })));
await scenario("cancelled", async () => {
  const stream = await chat("endless caller-node", { stream: true });
  let seen = 0;
  for await (const chunk of stream) {
    if (++seen === 3) break;
  }
  return ending("node");
});
await scenario("completion", () => client.completions.create({ model: "m", prompt: "Once upon a time scenario-plain" }));
await scenario("embedding", () => client.embeddings.create({ model: "m", input: "sea" }));
await scenario("models", () => all(client.models.list()));
await scenario("response", () => client.responses.create({ model: "m", input: "scenario-plain" }));
await scenario("response stream", () => all(client.responses.create({ model: "m", input: "scenario-plain", stream: true })));
