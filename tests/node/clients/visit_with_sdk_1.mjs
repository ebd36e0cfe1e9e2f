// Visits an endpoint, or a program, with the TypeScript SDK 1.x, which knows the legacy era only.
// node visit_with_sdk_1.mjs <url> <headers as JSON>, or <program as JSON>; prints JSON.
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StdioClientTransport } from "@modelcontextprotocol/sdk/client/stdio.js";
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";

const [url, headers] = process.argv.slice(2);
const client = new Client({ name: "sdk-1", version: "1.0" });
const transport = url.startsWith("{")
  ? new StdioClientTransport(JSON.parse(url))
  : new StreamableHTTPClientTransport(new URL(url), { requestInit: { headers: JSON.parse(headers) } });
let version;
const noteVersion = transport.setProtocolVersion?.bind(transport);
transport.setProtocolVersion = (negotiated) => {
  version = negotiated;
  noteVersion?.(negotiated);
};
await client.connect(transport);
const { tools } = await client.listTools();
const result = await client.callTool({ name: "hf_whoami", arguments: {} });
const { resources } = await client.listResources();
const { resourceTemplates } = await client.listResourceTemplates();
const { prompts } = await client.listPrompts();
const { contents } = await client.readResource({ uri: "hf://README.md" });
console.log(
  JSON.stringify({
    version,
    tools: tools.map((tool) => tool.name),
    result,
    resources: resources.map((resource) => resource.uri),
    templates: resourceTemplates.map((template) => template.uriTemplate),
    prompts: prompts.map((prompt) => prompt.name),
    guide: contents[0].text,
  }),
);
await client.close();
