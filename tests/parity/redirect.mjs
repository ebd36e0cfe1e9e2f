// Preloaded into the reference server (node --import): what it asks of huggingface.co is asked of
// the stand-in Hub at HF_ENDPOINT, nothing else leaves the machine, and it says when it is ready.
import dns from 'node:dns/promises';
import { syncBuiltinESMExports } from 'node:module';
import net from 'node:net';

const HUB = process.env.HF_ENDPOINT;
const STANDINS = new Map([
  ['https://huggingface.co', HUB],
  ['https://datasets-server.huggingface.co', `${HUB}/datasets-server`],
]);
const HOSTS = new Set([...STANDINS.keys()].map((origin) => new URL(origin).hostname));
STANDINS.set(HUB, HUB); // where the stand-in's own links to further pages lead
// A stand-in of every Space, where there is one: as HF_SPACE_URL has it.
const spaceOf = (host) => process.env.HF_SPACE_URL?.replace('{subdomain}', host.split('.')[0]);
const standinOf = (url) => {
  if (url.hostname.endsWith('.hf.jobs')) return `${HUB}/_jobs/${url.hostname}`;
  return url.hostname.endsWith('.hf.space') ? spaceOf(url.hostname) : STANDINS.get(url.origin);
};

const fetchForReal = globalThis.fetch;
globalThis.fetch = async (input, init) => {
  const url = new URL(input instanceof Request ? input.url : input);
  const standin = standinOf(url);
  if (standin === undefined) throw new TypeError(`fetch failed: ${url.host} is out of reach`);
  const target = standin + url.pathname + url.search;
  return fetchForReal(input instanceof Request ? new Request(target, input) : target, init);
};

// The reference looks hosts up and refuses internal addresses, but for those of the hosts that it
// is told to allow. The two hosts are on loopback here, so that is what the look-up has to say.
process.env.ALLOW_INTERNAL_ADDRESS_HOSTS = [...HOSTS].join(',');
dns.lookup = async (hostname) => {
  // Of a sandbox or a Space, too: an address that is looked at only, since what is sent goes to the stand-in.
  if (/\.hf\.(jobs|space)$/.test(hostname)) return [{ address: '1.1.1.1', family: 4 }];
  if (!HOSTS.has(hostname)) throw new Error(`${hostname} is out of reach`);
  return [{ address: '127.0.0.1', family: 4 }];
};
syncBuiltinESMExports();

const listen = net.Server.prototype.listen;
net.Server.prototype.listen = function (...args) {
  this.once('listening', () => {
    const url = `http://127.0.0.1:${this.address().port}`;
    // By then it has added the routes that it adds after it began to listen.
    setImmediate(() => console.log(JSON.stringify({ url })));
  });
  return listen.apply(this, args);
};
