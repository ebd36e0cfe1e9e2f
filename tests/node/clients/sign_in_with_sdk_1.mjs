// Signs a person in to an endpoint with the TypeScript SDK 1.x and its OAuth client.
// node sign_in_with_sdk_1.mjs <url>; prints {"visit": <address for a browser>}, then what it found.
import { createServer } from "node:http";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { UnauthorizedError } from "@modelcontextprotocol/sdk/client/auth.js";
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";

const [url] = process.argv.slice(2);
const say = (what) => console.log(JSON.stringify(what));

let called;
const callback = new Promise((resolve) => (called = resolve));
const server = createServer((request, response) => {
  const query = new URL(request.url, "http://localhost").searchParams;
  if (query.has("code")) called(query);
  response.end("You can close this page.");
});
await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
const redirectUrl = `http://127.0.0.1:${server.address().port}/callback`;

const kept = {};
const provider = {
  redirectUrl,
  clientMetadata: {
    client_name: "A client of the TypeScript SDK",
    redirect_uris: [redirectUrl],
    token_endpoint_auth_method: "none",
  },
  state: () => "a-state",
  clientInformation: () => kept.client,
  saveClientInformation: (client) => (kept.client = client),
  tokens: () => kept.tokens,
  saveTokens: (tokens) => (kept.tokens = tokens),
  redirectToAuthorization: (address) => say({ visit: address.href }),
  saveCodeVerifier: (verifier) => (kept.verifier = verifier),
  codeVerifier: () => kept.verifier,
};

const connect = async () => {
  const client = new Client({ name: "sdk-1", version: "1.0" });
  const transport = new StreamableHTTPClientTransport(new URL(url), { authProvider: provider });
  return { client, transport, connected: client.connect(transport) };
};

const first = await connect();
try {
  await first.connected;
  throw new Error("connected without signing in");
} catch (error) {
  if (!(error instanceof UnauthorizedError)) throw error;
}
const query = await callback;
await first.transport.finishAuth(query.get("code"));

const second = await connect();
await second.connected;
const result = await second.client.callTool({ name: "hf_whoami", arguments: {} });
say({ result, scope: kept.tokens.scope, state: query.get("state"), iss: query.get("iss") });
await second.client.close();
server.close();
