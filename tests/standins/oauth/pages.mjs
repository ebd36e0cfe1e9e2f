// The two pages that a person sees: who are you, and do you allow this?
import { DEMO_NAMES } from './people.mjs';

const SCOPES = {
  openid: 'Know that it is you',
  profile: 'Read your name, avatar and organizations',
  email: 'Read your e-mail address',
  'read-billing': 'Know whether you have a payment method',
  'read-memberships': 'Read your organization memberships',
  'read-repos': 'Read your repositories, private ones too',
  'gated-repos': 'Read gated repositories that you have access to',
  'contribute-repos': 'Create repositories, and change those it created',
  'write-repos': 'Read and write your repositories',
  'manage-repos': 'Create, change and delete your repositories',
  'inference-api': 'Run inference on your behalf',
  jobs: 'Run jobs on your behalf',
  'write-discussions': 'Open and comment on discussions',
};
export const SCOPE_NAMES = Object.keys(SCOPES);

const ENTITIES = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };
const escape = (text) => String(text).replace(/[&<>"']/g, (character) => ENTITIES[character]);

const page = (title, body) => `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escape(title)}</title>
<style>
  body { font: 1rem/1.5 system-ui, sans-serif; max-width: 28rem; margin: 3rem auto; padding: 0 1rem;
    color: #1f2937; background: #fffdf5; }
  h1 { font-size: 1.4rem; }
  button, input { font: inherit; padding: .5rem .9rem; border: 1px solid #9ca3af; border-radius: .5rem; }
  button { background: #1f2937; color: #fff; cursor: pointer; }
  button.quiet { background: #fff; color: inherit; }
  form { margin: 1rem 0; display: flex; flex-wrap: wrap; gap: .5rem; }
  small { color: #4b5563; }
</style>
<h1>${escape(title)}</h1>
${body}
<p><small>A stand-in for huggingface.co, for tests and the demo.</small></p>
`;

export const loginPage = (action, problem = '') => page('Log in to Hugging Face', `
<p>Any name will do, there are no passwords.</p>
${problem && `<p role="alert">${escape(problem)}</p>`}
<form method="post" action="${escape(action)}/login">
  ${DEMO_NAMES.map((name) => `<button name="username" value="${name}">${name}</button>`).join('\n  ')}
</form>
<form method="post" action="${escape(action)}/login">
  <label>User name <input name="username" required autocomplete="off"></label>
  <button>Log in</button>
</form>`);

export const consentPage = (action, { account, client, redirectHost, scopes }) => page('Authorize application', `
<p><strong>${escape(client)}</strong> at <strong>${escape(redirectHost)}</strong> wants to act for
<strong>${escape(account)}</strong>:</p>
<ul>
  ${scopes.map((scope) => `<li>${escape(SCOPES[scope])} <small>(${escape(scope)})</small></li>`).join('\n  ')}
</ul>
<form method="post" action="${escape(action)}/consent">
  <button name="decision" value="authorize">Authorize</button>
  <button name="decision" value="deny" class="quiet">Cancel</button>
</form>`);

export const errorPage = (error, description) => page('Something is wrong', `
<p>${escape(error)}: ${escape(description ?? '')}</p>`);
