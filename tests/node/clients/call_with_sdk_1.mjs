// Calls one tool that asks, with the TypeScript SDK 1.x. Prints "asked" when it does, reads the
// answer from standard input, and prints the result as JSON.
// node call_with_sdk_1.mjs <url> <params of tools/call as JSON> [sse]
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { SSEClientTransport } from "@modelcontextprotocol/sdk/client/sse.js";
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import { ElicitRequestSchema } from "@modelcontextprotocol/sdk/types.js";
import { text } from "node:stream/consumers";

const [url, params, kind] = process.argv.slice(2);
const Transport = kind === "sse" ? SSEClientTransport : StreamableHTTPClientTransport;
const client = new Client({ name: "sdk-1", version: "1.0" }, { capabilities: { elicitation: {} } });
client.setRequestHandler(ElicitRequestSchema, async () => {
  console.log("asked");
  return { action: "accept", content: { email: "ada@example.org", ...JSON.parse(await text(process.stdin)) } };
});
await client.connect(new Transport(new URL(url)));
console.log(JSON.stringify(await client.callTool(JSON.parse(params))));
await client.close();
