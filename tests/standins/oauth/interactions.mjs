// The pages' routes: /oauth/interaction/<uid>, …/login and …/consent.
import { text } from 'node:stream/consumers';

import { consentPage, loginPage } from './pages.mjs';
import { nameOf, signIn } from './people.mjs';

const ROUTE = /^\/oauth\/interaction\/([\w-]+)(?:\/(login|consent))?$/;

export const interactionPath = (interaction) => `/oauth/interaction/${interaction.uid}`;

export function interactions(provider) {
  const actions = { login, consent };

  return async (ctx, next) => {
    const [, , action] = ctx.path.match(ROUTE) ?? [ctx.path];
    if (!ROUTE.test(ctx.path)) return next();
    const interaction = await provider.interactionDetails(ctx.req, ctx.res);
    ctx.set('cache-control', 'no-store');
    if (ctx.method === 'GET' && !action) return show(ctx, interaction);
    if (ctx.method !== 'POST' || !action) return ctx.throw(405);
    const form = new URLSearchParams(await text(ctx.req));
    return actions[action](ctx, interaction, form);
  };

  async function show(ctx, interaction) {
    if (interaction.prompt.name === 'login') {
      ctx.body = loginPage(interactionPath(interaction));
      return;
    }
    const { client_id: clientId, redirect_uri: redirectUri, scope } = interaction.params;
    ctx.body = consentPage(interactionPath(interaction), {
      account: nameOf(interaction.session.accountId),
      client: clientId,
      redirectHost: new URL(redirectUri).host,
      scopes: interaction.prompt.details.missingOIDCScope ?? scope.split(' '),
    });
  }

  async function login(ctx, interaction, form) {
    const accountId = signIn(form.get('username')?.trim() ?? '');
    if (!accountId) {
      ctx.status = 422;
      ctx.body = loginPage(interactionPath(interaction), 'This is not a possible user name.');
      return;
    }
    await finish(ctx, { login: { accountId, remember: true } });
  }

  async function consent(ctx, interaction, form) {
    if (form.get('decision') !== 'authorize') {
      const refusal = { error: 'access_denied', error_description: 'The user denied the request' };
      await finish(ctx, refusal);
      return;
    }
    const { grantId, params, prompt, session } = interaction;
    const grant = grantId
      ? await provider.Grant.find(grantId)
      : new provider.Grant({ accountId: session.accountId, clientId: params.client_id });
    if (prompt.details.missingOIDCScope) grant.addOIDCScope(prompt.details.missingOIDCScope.join(' '));
    if (prompt.details.missingOIDCClaims) grant.addOIDCClaims(prompt.details.missingOIDCClaims);
    await finish(ctx, { consent: { grantId: await grant.save() } });
  }

  async function finish(ctx, result) {
    ctx.redirect(await provider.interactionResult(ctx.req, ctx.res, result));
    ctx.status = 303;
  }
}
