// As call_with_sdk_1.mjs, with the TypeScript SDK 2.x.
// node call_with_sdk_2.mjs <url> <params of tools/call as JSON> [sse]
import { Client, SSEClientTransport, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import { text } from "node:stream/consumers";

const [url, params, kind] = process.argv.slice(2);
const Transport = kind === "sse" ? SSEClientTransport : StreamableHTTPClientTransport;
const client = new Client({ name: "sdk-2", version: "1.0" }, { capabilities: { elicitation: {} } });
client.setRequestHandler("elicitation/create", async () => {
  console.log("asked");
  return { action: "accept", content: { email: "ada@example.org", ...JSON.parse(await text(process.stdin)) } };
});
await client.connect(new Transport(new URL(url)));
console.log(JSON.stringify(await client.callTool(JSON.parse(params))));
await client.close();
