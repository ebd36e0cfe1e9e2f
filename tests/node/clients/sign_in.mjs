// A client of the TypeScript SDK with its OAuth client, who calls hf_whoami for each line of input.
// node sign_in.mjs <module of the SDK> <url> <URL of a client document, or nothing>
// Prints JSON lines: {"visit": <address for a browser>} when a person is needed, then {"result": …}.
import { createServer } from "node:http";
import { createInterface } from "node:readline";

const [sdk, url, documentUrl] = process.argv.slice(2);
const parts =
  sdk === "@modelcontextprotocol/sdk"
    ? ["client/index.js", "client/auth.js", "client/streamableHttp.js"].map((part) => `${sdk}/${part}`)
    : [sdk];
const modules = await Promise.all(parts.map((part) => import(part)));
const { Client, StreamableHTTPClientTransport, UnauthorizedError } = Object.assign({}, ...modules);

const say = (what) => console.log(JSON.stringify(what));

let called = () => {};
const server = createServer((request, response) => {
  const { pathname, searchParams } = new URL(request.url, "http://localhost");
  if (pathname === "/callback") called(searchParams);
  response.end("You can close this page.");
});
await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
const redirectUrl = `http://127.0.0.1:${server.address().port}/callback`;

const kept = {};
const provider = {
  redirectUrl,
  clientMetadataUrl: documentUrl,
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
  invalidateCredentials: (what) => what === "tokens" && delete kept.tokens,
};

const connect = async () => {
  const client = new Client({ name: "typescript", version: "1.0" });
  const transport = new StreamableHTTPClientTransport(new URL(url), { authProvider: provider });
  return { client, transport, connected: client.connect(transport) };
};

let answer;
let connection;

async function call() {
  connection ??= await connect();
  await connection.connected;
  return connection.client.callTool({ name: "hf_whoami", arguments: {} });
}

async function callSignedIn() {
  const query = new Promise((resolve) => (called = resolve));
  try {
    return await call();
  } catch (error) {
    if (!(error instanceof UnauthorizedError)) throw error;
  }
  answer = await query;
  await connection.transport.finishAuth(answer.get("code"), answer.get("iss"));
  connection = undefined;
  return call();
}

for await (const _ of createInterface({ input: process.stdin })) {
  const result = await callSignedIn();
  const { client_id: client } = kept.client;
  say({ result, client, scope: kept.tokens.scope, state: answer.get("state"), iss: answer.get("iss") });
}
process.exit();
