// Whoever signs in is believed. The claims are those of Hugging Face's /oauth/userinfo.
import { createHash } from 'node:crypto';

export const DEMO_NAMES = ['alice', 'bob', 'admin'];
const NAME = /^[A-Za-z0-9](?:[A-Za-z0-9.-]{0,94}[A-Za-z0-9])?$/;

const hexId = (name) => createHash('sha256').update(name).digest('hex').slice(0, 24);

const names = new Map();

// Returns the id of who says to have this name, undefined when nobody can have it.
export function signIn(name) {
  if (!NAME.test(name)) return undefined;
  names.set(hexId(name), name);
  return hexId(name);
}

export const nameOf = (id) => names.get(id);

export function claimsOf(id, issuer) {
  const name = nameOf(id);
  return {
    sub: id,
    name: name.charAt(0).toUpperCase() + name.slice(1),
    preferred_username: name,
    profile: `${issuer}/${name}`,
    picture: `${issuer}/avatars/${name}.svg`,
    website: '',
    email: `${name}@example.com`,
    email_verified: true,
    isPro: name === 'alice',
    canPay: false,
    orgs: name === 'alice' ? [acme(issuer)] : [],
  };
}

function acme(issuer) {
  return {
    sub: hexId('acme'),
    name: 'acme',
    preferred_username: 'acme',
    picture: `${issuer}/avatars/acme.svg`,
    isEnterprise: false,
    roleInOrg: 'write',
  };
}
