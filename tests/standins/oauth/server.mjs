// Sign-in with Hugging Face, played by the certified OpenID provider of npm oidc-provider.
//
// Environment: ISSUER (the public origin, of the stand-in Hub in front), PORT, and optionally
// OAUTH_CLIENT_ID, OAUTH_CLIENT_SECRET, OAUTH_REDIRECT_PATH.
// /oauth/_settings (GET, POST) says how long access tokens live and whether refresh tokens are
// given; /oauth/_log (GET, DELETE) lists what was asked of the token endpoint; /oauth/_revoke (POST
// {"name": "alice"}) removes the apps that somebody connected.
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { json } from 'node:stream/consumers';

import Provider from '../../node/node_modules/oidc-provider/lib/index.js';
import { interactionPath, interactions } from './interactions.mjs';
import { errorPage, SCOPE_NAMES } from './pages.mjs';
import { claimsOf, nameOf } from './people.mjs';

const { ISSUER, PORT = '0' } = process.env;
const CLIENT_ID = process.env.OAUTH_CLIENT_ID ?? 'hfmcp-product';
const CLIENT_SECRET = process.env.OAUTH_CLIENT_SECRET ?? 'a-made-up-client-secret-of-the-stand-in';
const REDIRECT_PATH = process.env.OAUTH_REDIRECT_PATH ?? '/accounts/huggingface/login/callback/';
const LOOPBACK = new Set(['localhost', '127.0.0.1', '[::1]']);
const DAY = 86_400;

// What an app may ask for is ticked when it is made. The public one does not change anything.
const READING_SCOPES = ['openid', 'profile', 'read-repos', 'gated-repos', 'inference-api'];

const settings = { access_token_seconds: 28_800, refresh_tokens: true };
const log = [];

function newKey() {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  return { ...privateKey.export({ format: 'jwk' }), alg: 'RS256', use: 'sig' };
}

const client = {
  grant_types: ['authorization_code', 'refresh_token'],
  response_types: ['code'],
  redirect_uris: [`http://localhost${REDIRECT_PATH}`],
  application_type: 'native',
};

const provider = new Provider(ISSUER, {
  clients: [
    {
      ...client,
      client_id: CLIENT_ID,
      client_secret: CLIENT_SECRET,
      token_endpoint_auth_method: 'client_secret_basic',
      scope: SCOPE_NAMES.join(' '),
    },
    {
      ...client,
      client_id: `${CLIENT_ID}-public`,
      token_endpoint_auth_method: 'none',
      scope: READING_SCOPES.join(' '),
    },
  ],
  scopes: SCOPE_NAMES,
  claims: {
    openid: ['sub'],
    profile: ['name', 'preferred_username', 'profile', 'picture', 'website', 'isPro', 'orgs'],
    email: ['email', 'email_verified'],
    'read-billing': ['canPay'],
  },
  conformIdTokenClaims: false,
  cookies: { keys: [randomBytes(32).toString('hex')] },
  expiresWithSession: () => false,
  features: {
    devInteractions: { enabled: false },
    rpInitiatedLogout: { enabled: false },
  },
  findAccount: (ctx, id) => ({ accountId: id, claims: () => claimsOf(id, ISSUER) }),
  interactions: { url: (ctx, interaction) => interactionPath(interaction) },
  issueRefreshToken: () => settings.refresh_tokens,
  jwks: { keys: [newKey()] },
  pkce: { required: () => true },
  renderError(ctx, { error, error_description: description }) {
    ctx.type = 'html';
    ctx.body = errorPage(error, description);
  },
  rotateRefreshToken: true,
  routes: {
    authorization: '/oauth/authorize',
    token: '/oauth/token',
    userinfo: '/oauth/userinfo',
    jwks: '/oauth/jwks',
  },
  ttl: {
    AccessToken: () => settings.access_token_seconds,
    AuthorizationCode: 60,
    Grant: 90 * DAY,
    IdToken: 3600,
    Interaction: 600,
    RefreshToken: 90 * DAY,
    Session: DAY,
  },
});

// The stand-in Hub in front forwards the browser's own Host.
provider.proxy = true;

// Hugging Face takes an app's loopback redirect on any port (RFC 8252, 7.3), its path as registered.
provider.Client.prototype.redirectUriAllowed = function redirectUriAllowed(value) {
  if (!URL.canParse(value)) return false;
  const { protocol, hostname, pathname, search } = new URL(value);
  return protocol === 'http:' && LOOPBACK.has(hostname) && pathname === REDIRECT_PATH && !search;
};

// The stand-in Hub reads the owner of a token from its name, and what the token may change.
const CHANGING = new Set(['contribute-repos', 'write-repos', 'manage-repos', 'jobs', 'write-discussions']);
const { generateTokenId } = provider.AccessToken.prototype;
provider.AccessToken.prototype.generateTokenId = function nameOwner() {
  const random = generateTokenId.call(this).replace(/[^A-Za-z0-9]/g, '');
  const scopes = (this.scope ?? '').split(' ').filter((scope) => CHANGING.has(scope));
  return [`hf_oauth_${nameOf(this.accountId)}_${random}`, ...scopes].join('.');
};

provider.on('grant.success', (ctx) => log.push({ grant_type: ctx.oidc.params.grant_type, error: null }));
provider.on('grant.error', (ctx, error) => {
  log.push({ grant_type: ctx.oidc?.params?.grant_type ?? null, error: error.error ?? error.message });
});
provider.on('server_error', (ctx, error) => console.error(error));

const issued = [];
provider.on('access_token.saved', ({ accountId, grantId, jti }) => issued.push({ accountId, grantId, jti }));

// Returns the access tokens that are worth nothing any more.
async function revokeApps(name) {
  const theirs = issued.filter(({ accountId }) => nameOf(accountId) === name);
  for (const { grantId } of theirs) {
    await provider.AccessToken.revokeByGrantId(grantId);
    await provider.RefreshToken.revokeByGrantId(grantId);
  }
  return theirs.map(({ jti }) => jti);
}

async function controls(ctx, next) {
  if (ctx.path === '/oauth/_settings') {
    if (ctx.method === 'POST') Object.assign(settings, await json(ctx.req));
    ctx.body = settings;
  } else if (ctx.path === '/oauth/_revoke') {
    ctx.body = await revokeApps((await json(ctx.req)).name);
  } else if (ctx.path === '/oauth/_log') {
    ctx.body = ctx.method === 'DELETE' ? log.splice(0) : log;
  } else {
    await next();
  }
}

// A person is asked each time who they are, so that the demo can go from one user to the next.
async function forgetSession(ctx, next) {
  const isNew = ctx.path === '/oauth/authorize';
  if (isNew) delete ctx.req.headers.cookie;
  await next();
  // What the browser kept of somebody else would make the provider ask whether to sign them out.
  if (isNew) for (const name of ['_session', '_session.sig']) ctx.append('Set-Cookie', `${name}=; Path=/; Max-Age=0`);
}

provider.use(controls);
provider.use(forgetSession);
provider.use(interactions(provider));

const server = provider.listen(Number(PORT), '127.0.0.1', () => {
  console.log(JSON.stringify({ url: `http://127.0.0.1:${server.address().port}` }));
});
