// OpenAI's own client for Node at `stillstream serve`. Arguments: the base URL, and a TypeScript file to be written: each answer as it
// came, as a constant of OpenAI's published type. The compiler then says what is missing, of another type, or unknown.
import { writeFileSync } from "node:fs";
import OpenAI from "openai";

const [baseURL, file] = process.argv.slice(2);
const client = new OpenAI({ baseURL, apiKey: "sk-client", maxRetries: 0 });
const chat = { model: "m", messages: [{ role: "user", content: "Once upon a time" }], max_tokens: 8 };
const text = { model: "m", prompt: "Once upon a time", max_tokens: 8 };
const lines = ['import OpenAI from "openai";'];

async function answers(type, path, body) {
  const response = await fetch(baseURL + path, {
    method: body ? "POST" : "GET",
    headers: { "Content-Type": "application/json" },
    body: body && JSON.stringify(body),
  });
  const raw = await response.text();
  const found = body?.stream
    ? raw.split("\n").filter((line) => line.startsWith("data: {")).map((line) => line.slice("data: ".length))
    : [raw];
  // Of a completion OpenAI itself sends null in all but the last piece, which its types do not allow for.
  const typed = (one) =>
    type === "OpenAI.Completion" ? one.replaceAll('"finish_reason":null', '"finish_reason":"length"') : one;
  for (const one of found.map(typed)) lines.push(`export const a${lines.length}: ${type} = ${one};`);
  console.log(`${type} | ${found.length}`);
}

const more = { logprobs: true, top_logprobs: 2, n: 2 };
const streamed = { stream: true, stream_options: { include_usage: true } };
for (const extra of [{}, more]) {
  await answers("OpenAI.Chat.ChatCompletion", "/chat/completions", { ...chat, ...extra });
  await answers("OpenAI.Chat.ChatCompletionChunk", "/chat/completions", { ...chat, ...extra, ...streamed });
}
for (const extra of [{}, { logprobs: 2, n: 2 }]) {
  await answers("OpenAI.Completion", "/completions", { ...text, ...extra });
  await answers("OpenAI.Completion", "/completions", { ...text, ...extra, ...streamed });
}
await answers("OpenAI.Models.Model", "/models/m");
await answers("{ object: 'list'; data: Array<OpenAI.Models.Model> }", "/models");
await answers("{ error: OpenAI.ErrorObject }", "/chat/completions", { ...chat, n: 0 });
writeFileSync(file, lines.join("\n") + "\n");

let deltas = "";
for await (const chunk of await client.chat.completions.create({ ...chat, stream: true })) {
  deltas += chunk.choices[0]?.delta.content ?? "";
}
console.log(`client stream | ${JSON.stringify(deltas)}`);
console.log(`client completion | ${JSON.stringify((await client.completions.create(text)).choices[0].text)}`);
for (const [name, call] of [
  ["tools", () => client.chat.completions.create({ ...chat, tools: [{ type: "function", function: { name: "f" } }] })],
  ["unknown model", () => client.chat.completions.create({ ...chat, model: "other" })],
]) {
  try {
    await call();
    throw new Error(`${name} was answered`);
  } catch (error) {
    if (!(error instanceof OpenAI.APIError)) throw error;
    console.log(`${name} | ${error.constructor.name}: ${error.status} ${error.code} ${error.param}`);
  }
}
