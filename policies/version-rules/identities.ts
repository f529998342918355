import type { VersionRules } from './model.js';

/** Users, access keys, sessions and sign-in. */
export const IDENTITY_RULES = {
  'assume-role': {
    title: 'AssumeRole',
    does: {
      '1.0.0-beta.7': 'needs an Allow of sts:AssumeRole',
      '1.0.1': 'needs only a policy that exists; an explicit Deny stops it',
    },
    value: { '1.0.0-beta.7': true, '1.0.1': false },
    to: {
      '1.0.1': { severity: 'note', fix: 'deny sts:AssumeRole to whom sessions must not be given' },
      '1.0.0-beta.7': {
        severity: 'breaks-clients',
        fix: 'allow sts:AssumeRole in a policy of users that take sessions',
      },
    },
    source: 'recorded: 09-sts assume-without-sts-action',
  },
  'session-shortest': {
    title: 'shortest session of AssumeRole, in seconds',
    does: { '1.0.0-beta.7': 'what is asked for', '1.0.1': '900: less becomes 900' },
    value: { '1.0.0-beta.7': 1, '1.0.1': 900 },
    to: {
      '1.0.1': {
        severity: 'changes-meaning',
        fix: 'expect sessions of at least 15 minutes, and revoke earlier by hand',
      },
    },
    source: 'admin/handlers/sts.rs of both versions',
    byHand: 'look for DurationSeconds below 900 in what calls AssumeRole',
  },
  'session-longest': {
    title: 'longest session of AssumeRole, in seconds',
    does: { '1.0.0-beta.7': 'unlimited', '1.0.1': '43200: more becomes 43200' },
    value: { '1.0.0-beta.7': Number.MAX_SAFE_INTEGER, '1.0.1': 43_200 },
    to: { '1.0.1': { severity: 'breaks-clients', fix: 'let clients renew their session within 12 hours' } },
    source: 'admin/handlers/sts.rs of both versions',
    byHand: 'look for DurationSeconds above 43200 in what calls AssumeRole',
  },
  'update-access-keys': {
    title: 'root changing the service accounts of others',
    does: { '1.0.0-beta.7': 'refused (403): delete and create again', '1.0.1': 'works (204)' },
    value: { '1.0.0-beta.7': false, '1.0.1': true },
    to: {
      '1.0.0-beta.7': {
        severity: 'note',
        fix: 'nothing to do here: apply replaces keys there; scripts of your own have to',
      },
    },
    source: 'recorded: 05-service-accounts update-as-root',
    byHand: 'look for update-service-account in scripts of your own',
  },
  'set-user-secret': {
    title: 'PUT set-user-secret-key',
    does: { '1.0.0-beta.7': '501: add-user replaces the secret', '1.0.1': 'exists, and ends the sessions of the user' },
    value: { '1.0.0-beta.7': false, '1.0.1': true },
    to: { '1.0.0-beta.7': { severity: 'note', fix: 'nothing to do here; scripts of your own have to use add-user' } },
    source: 'admin/handlers/account.rs of 1.0.1',
    byHand: 'look for set-user-secret-key in scripts of your own',
  },
  'keys-for-others': {
    title: 'admin:CreateServiceAccount without being root',
    does: {
      '1.0.0-beta.7': 'makes keys for anybody, root included (GHSA-5354)',
      '1.0.1': 'makes keys for oneself alone; others are 403',
    },
    value: { '1.0.0-beta.7': false, '1.0.1': true },
    to: {
      '1.0.1': { severity: 'breaks-clients', fix: 'make keys for others with the root credentials' },
      '1.0.0-beta.7': {
        severity: 'changes-meaning',
        fix: 'take the action away: with it anybody becomes root on beta.7',
      },
    },
    source: 'admin/handlers/service_account.rs of both versions',
  },
  'spaces-in-names': {
    title: 'white space inside names of policies',
    does: {
      '1.0.0-beta.7': 'accepted',
      '1.0.1': 'refused (400): the stored ones stay in force, but cannot be changed any more',
    },
    value: { '1.0.0-beta.7': false, '1.0.1': true },
    to: {
      '1.0.1': {
        severity: 'note',
        fix: 'store the policy under a name without spaces and attach that one, before the upgrade',
      },
    },
    source: 'recorded: 03-policies name-with-space',
  },
  'builtin-names': {
    title: 'built-in policies',
    does: {
      '1.0.0-beta.7': 'consoleAdmin, diagnostics, readonly, readwrite, writeonly',
      '1.0.1': 'also KMSKeyAdministrator, KMSKeyUser, KMSAuditor',
    },
    to: { '1.0.1': { severity: 'note', fix: 'rename your policy: it stays in force, but cannot be deleted any more' } },
    source: 'recorded: 03-policies list-builtin',
  },
  'kms-permissions': {
    title: 'KMS calls of the admin API',
    does: {
      '1.0.0-beta.7': 'admin:ServerInfo configures, starts, stops and lists',
      '1.0.1': 'kms:Configure, kms:ServiceControl, kms:ListKeys, …',
    },
    to: {
      '1.0.1': {
        severity: 'note',
        fix: 'grant the kms: actions after the upgrade to whom operates the KMS with admin:ServerInfo',
      },
      '1.0.0-beta.7': {
        severity: 'changes-meaning',
        fix: 'whoever has admin:ServerInfo may stop the KMS there: take it away',
      },
    },
    source: 'admin/route_policy.rs of 1.0.1, handlers/kms_dynamic.rs of beta.7',
  },
  'oidc-parents': {
    title: 'parent of a session by OpenID token',
    does: {
      '1.0.0-beta.7':
        "the user name of the token: equal to an IAM user, it has that user's rights; equal to root, it is root",
      '1.0.1': 'a hash of issuer and subject, which is also ${aws:username}',
    },
    value: { '1.0.0-beta.7': false, '1.0.1': true },
    to: {
      '1.0.1': {
        severity: 'changes-meaning',
        fix: 'give rights by claims; policies with ${aws:username} or bucket policies that name such users have to change',
      },
      '1.0.0-beta.7': { severity: 'changes-meaning', fix: 'use a user name claim that nobody can choose, such as sub' },
    },
    source: 'recorded: 13-oidc clash-other-bucket, root-clash-admin',
  },
  'oidc-unknown-policies': {
    title: 'claim values that are no policy',
    does: {
      '1.0.0-beta.7': 'ignored, if another one is',
      '1.0.1': 'one of them refuses the sign-in (400)',
    },
    value: { '1.0.0-beta.7': false, '1.0.1': true },
    to: {
      '1.0.1': {
        severity: 'breaks-clients',
        fix: 'filter the claim at the provider (Keycloak sends offline_access, default-roles-…), or map by a prefix',
      },
    },
    source: 'recorded: 13-oidc assume-unknown-group',
    byHand:
      'cdktf-rustfs oidc doctor --token-file FILE with a token of each kind of user, against the manifest of the new version',
  },
  'oidc-role-policies': {
    title: 'role policies of an OpenID provider beside claims',
    does: { '1.0.0-beta.7': 'are added to those of the claims', '1.0.1': 'replace those of the claims' },
    to: {
      '1.0.1': { severity: 'breaks-clients', fix: 'leave either rolePolicies or the claims out' },
      '1.0.0-beta.7': { severity: 'changes-meaning', fix: 'leave either rolePolicies or the claims out' },
    },
    source: 'iam/oidc.rs of both versions',
  },
  'oidc-access-keys': {
    title: 'access keys that were made in a session by OpenID token',
    does: {
      '1.0.0-beta.7': 'have the rights of the session',
      '1.0.1': 'are refused every request if beta.7 made them',
    },
    to: {
      '1.0.1': {
        severity: 'breaks-clients',
        fix: 'make the key again after the upgrade, better below a service user of the stack',
      },
    },
    source: 'iam/sys.rs of 1.0.1',
  },
  'oidc-issuer': {
    title: "discovery from another address than the issuer's",
    does: { '1.0.0-beta.7': 'not possible', '1.0.1': 'RUSTFS_IDENTITY_OPENID_ISSUER' },
    value: { '1.0.0-beta.7': false, '1.0.1': true },
    to: {
      '1.0.0-beta.7': {
        severity: 'breaks-clients',
        fix: 'make the issuer reachable for RustFS under its own name, and leave discoveryUrl out',
      },
    },
    source: 'iam/oidc.rs of both versions',
  },
} as const satisfies VersionRules;
