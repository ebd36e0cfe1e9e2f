// Visits an endpoint, or a program, with the TypeScript SDK 2.x.
// node visit_with_sdk_2.mjs <url, or program as JSON> <headers as JSON> legacy|auto|<version>; prints JSON.
import { Client, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import { StdioClientTransport } from "@modelcontextprotocol/client/stdio";

const [url, headers, wanted] = process.argv.slice(2);
const mode = ["legacy", "auto"].includes(wanted) ? wanted : { pin: wanted };
const client = new Client({ name: "sdk-2", version: "1.0" }, { versionNegotiation: { mode } });
const transport = url.startsWith("{")
  ? new StdioClientTransport(JSON.parse(url))
  : new StreamableHTTPClientTransport(new URL(url), { requestInit: { headers: JSON.parse(headers) } });
await client.connect(transport);
const { tools } = await client.listTools();
const result = await client.callTool({ name: "hf_whoami", arguments: {} });
const { resources } = await client.listResources();
const { resourceTemplates } = await client.listResourceTemplates();
const { prompts } = await client.listPrompts();
const { contents } = await client.readResource({ uri: "hf://README.md" });
console.log(
  JSON.stringify({
    version: client.getNegotiatedProtocolVersion(),
    tools: tools.map((tool) => tool.name),
    result,
    resources: resources.map((resource) => resource.uri),
    templates: resourceTemplates.map((template) => template.uriTemplate),
    prompts: prompts.map((prompt) => prompt.name),
    guide: contents[0].text,
  }),
);
await client.close();
