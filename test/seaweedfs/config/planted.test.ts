/** Every recorded start that went wrong is refused for its own reason, or it is said why nobody can know before. */
import { expect, test } from 'vitest';
import { validateIamConfig } from '../../../seaweedfs/config/index.js';
import { configurationOf, starts, wentWrong } from './planted.js';

/** Case → path and words of the error that it has to raise. */
const REFUSED: Readonly<Record<string, readonly [path: string, words: string]>> = {
  'key-base64url': ['$.sts.signingKey', 'base64url is not read'],
  'key-base64-nopad': ['$.sts.signingKey', 'must be standard base64 with its padding'],
  'key-readme-literal': ['$.sts.signingKey', 'is a sample of the source document'],
  'key-15-bytes': ['$.sts.signingKey', 'decodes to 15 bytes'],
  'key-16-bytes': ['$.sts.signingKey', 'decodes to 16 bytes'],
  'key-empty': ['$.sts.signingKey', 'must not be empty'],
  'key-missing': ['$.sts.signingKey', 'got nothing; must be a string'],
  'key-missing-filer-jwt': ['$.sts.signingKey', 'whatever else the gateway finds'],
  'key-missing-filer-jwt-short': ['$.sts.signingKey', 'got nothing; must be a string'],
  'key-missing-aws-env': ['$.sts.signingKey', 'got nothing; must be a string'],
  'key-env-ref': ['$.sts.signingKey', 'expands variables only in the credentials'],
  'sts-missing': ['$.sts', 'must be an object with issuer and signingKey'],
  'sts-misspelt': ['$.sts', 'must be an object with issuer and signingKey'],
  'duration-words': ['$.sts.tokenDuration', 'must be a Go duration'],
  'duration-number': ['$.sts.tokenDuration', 'for nanoseconds'],
  'duration-number-string': ['$.sts.tokenDuration', 'must be a Go duration'],
  'duration-negative': ['$.sts.tokenDuration', 'must lie between 15m and 12h'],
  'duration-max-30m': ['$.sts.maxSessionLength', 'is shorter than tokenDuration (1h)'],
  'provider-mock': ['$.sts.providers[1].type', 'the source document has this type'],
  'provider-saml': ['$.sts.providers[0].type', 'is not implemented'],
  'provider-unknown': ['$.sts.providers[0].type', 'in lower case'],
  'provider-type-missing': ['$.sts.providers[0].type', 'got nothing; is not known'],
  'provider-name-missing': ['$.sts.providers[0].name', 'one broken provider takes the good ones with it'],
  'provider-config-missing': ['$.sts.providers[0].config', 'must be an object'],
  'provider-issuer-missing': ['$.sts.providers[0].config.issuer', 'must not be empty'],
  'provider-issuer-empty': ['$.sts.providers[0].config.issuer', 'must not be empty'],
  'provider-issuer-host': ['$.sts.providers[0].config.issuer', 'must begin with https://'],
  'provider-issuer-short': ['$.sts.providers[0].config.issuer', 'the gateway panics'],
  'provider-clientid-missing': ['$.sts.providers[0].config.clientId', 'must not be empty'],
  'provider-clientid-empty': ['$.sts.providers[0].config.clientId', 'must not be empty'],
  'provider-enabled-omitted': ['$.sts.providers[0].enabled', 'takes an omitted one for false'],
  'provider-enabled-string': ['$.sts.providers[0].enabled', 'must be true or false'],
  'provider-cacert-missing': ['$.sts.providers[0].config.tlsCaCert', 'must be an absolute path'],
  'provider-cacert-relative': ['$.sts.providers[0].config.tlsCaCert', 'must be an absolute path'],
  'provider-duplicate-issuer': ['$.sts.providers[1].config.issuer', 'drawn at each start'],
  'provider-duplicate-name': ['$.sts.providers[1].name', 'the last one wins silently'],
  'provider-legacy': ['$.providers', 'enabled:false is ignored'],
  'provider-legacy-mock': ['$.providers', 'enabled:false is ignored'],
  'provider-legacy-disabled': ['$.providers', 'enabled:false is ignored'],
  'provider-none': ['$.roles[0].trustPolicy.Statement[0].Principal.Federated', 'no provider has this name'],
  'provider-role-mapping': ['$.sts.providers[0].config.roleMapping.defaultRole', 'must be the ARN of a declared role'],
  'provider-policy-claim': ['$.sts.providers[0].config.policyClaim', 'choose its own policies'],
  'effect-lowercase': ['$.policy.defaultEffect', 'must be exactly Deny'],
  'effect-unknown': ['$.policy.defaultEffect', 'must be exactly Deny'],
  'effect-allow': ['$.policy.defaultEffect', 'must be Deny'],
  'store-unknown': ['$.policy.storeType', 'is not known'],
  'store-filer': ['$.policy.storeType', 'leaves copies of the policies on the filer'],
  'policy-left-on-filer': ['$.roles[0].attachedPolicies[0]', 'left on the filer'],
  'policy-none': ['$.roles[0].attachedPolicies[0]', 'no such policy is declared'],
  'role-name-missing': ['$.roles[0].roleName', 'drops the role'],
  'role-duplicate': ['$.roles[2].roleName', 'the last one wins silently'],
  'role-trust-string': ['$.roles[0].trustPolicy', 'must be an object, not text'],
  'roles-object': ['$.roles', 'must be a list of roles'],
  'role-attached-string': ['$.roles[0].attachedPolicies', 'must be a list of policy names'],
  'sts-issuer-equals-provider': ['$.sts.issuer', "is also a provider's issuer"],
  'json-truncated': ['$', 'must be JSON, complete'],
  'json-trailing-comma': ['$', 'without comments and trailing commas'],
  'json-comment': ['$', 'without comments and trailing commas'],
  'json-bom': ['$', 'a byte order mark'],
  'file-empty': ['$', 'an empty file'],
  'json-empty-object': ['$.identities', 'must have at least one identity'],
  'json-array': ['$', 'must be an object'],
  'identities-empty': ['$.identities', 'must have at least one identity'],
  'identities-empty-bad-key': ['$.identities', 'must have at least one identity'],
  'identities-shadowed-bad-key': ['$.sts.signingKey', 'got nothing; must be a string'],
  'identity-env-unset-bad-key': ['$.sts.signingKey', 'got nothing; must be a string'],
  'identity-duplicate-key': ['$.identities[2].credentials[0].accessKey', 'the gateway exits with 255'],
  'identity-anonymous': ['$.identities[2].name', 'everybody’s, without any key'],
  'identity-anonymous-bad-key': ['$.identities', 'must have at least one identity'],
  'role-no-policies': ['$.roles[0].attachedPolicies', 'must name a policy'],
  'role-dangling-policy': ['$.roles[0].attachedPolicies[0]', 'no such policy is declared'],
  'role-foreign-action': ['$.roles[0].trustPolicy.Statement[0].Action', 'three actions'],
  'role-dangling-federated': ['$.roles[0].trustPolicy.Statement[0].Principal.Federated', 'no provider has this name'],
  'role-federated-url': ['$.roles[0].trustPolicy.Statement[0].Principal.Federated', 'is a URL or an ARN'],
  'role-no-trust': ['$.roles[0].trustPolicy', 'nobody can assume the role'],
  'readme-basic': ['$.sts.signingKey', 'is a sample of the source document'],
  'readme-providers': ['$.sts.providers[2].type', 'the source document has this type'],
  'readme-dev': ['$.sts.providers[0].type', 'the source document has this type'],
  'readme-prod': ['$.identities', 'must have at least one identity'],
};

/** What went wrong outside the file; the construct or the proof answers for it. */
const NOT_IN_THE_FILE: Readonly<Record<string, string>> = {
  'provider-unreachable': 'whether the provider answers is only known while it runs: the proof asks for a session',
  'provider-jwksuri-wrong':
    'whether the keys are there is only known while the provider runs: the proof asks for a session',
  'provider-issuer-slash': "whether the tokens' iss ends with a slash only a token shows: a warning says so",
  'file-missing': 'how the gateway was started: the construct mounts the file, test/seaweedfs/config/arguments.test.ts',
  'file-missing-with-config': 'a -config beside it: the construct gives none, and argumentProblems refuses it',
  'json-truncated-with-config': 'a -config beside it; the file itself is json-truncated',
  'no-iam-config': 'no -iam.config at all: argumentProblems refuses it',
  'upstream-distributed':
    'its text is not in the recordings; what is wrong in it, bare claim names, is trust.CondBareRoles',
};

const names = [...new Set(Object.keys(starts).map((id) => id.split('.')[0] ?? ''))];

test('the recordings have starts that went wrong, and each is in one of the two tables', () => {
  const wrong = names.filter((name) =>
    Object.entries(starts).some(([id, start]) => id.split('.')[0] === name && wentWrong(start)),
  );
  expect(wrong.length).toBeGreaterThanOrEqual(55);
  expect(wrong.filter((name) => !(name in REFUSED) && !(name in NOT_IN_THE_FILE))).toEqual([]);
  expect(Object.keys(NOT_IN_THE_FILE).filter((name) => name in REFUSED)).toEqual([]);
  expect([...Object.keys(REFUSED), ...Object.keys(NOT_IN_THE_FILE)].filter((name) => !names.includes(name))).toEqual(
    [],
  );
});

test.each(Object.entries(REFUSED))('%s is refused for its own reason', (name, [path, words]) => {
  const errors = validateIamConfig(configurationOf(name), { development: true }).filter(
    ({ severity }) => severity === 'error',
  );
  expect(errors.filter((error) => error.path === path && error.message.includes(words))).toHaveLength(1);
});

/** Starts that worked as they read: nothing to refuse. */
const ACCEPTED = [
  'good',
  'key-hex',
  'provider-mock-disabled',
  'provider-clientids',
  'provider-no-discovery',
  'provider-claims-mapping',
  'effect-omitted',
  'policy-omitted',
  'sts-issuer-missing',
  'unknown-keys',
  'identity-env-set',
  'provider-issuer-slash',
  'provider-unreachable',
  'provider-jwksuri-wrong',
];

test.each(ACCEPTED)('%s is accepted', (name) => {
  const errors = validateIamConfig(configurationOf(name), { development: true }).filter(
    ({ severity }) => severity === 'error',
  );
  expect(errors.map(({ message }) => message)).toEqual([]);
});

test('no message repeats a secret', () => {
  const secrets = [
    'lab-admin-secret-for-tests-only',
    'LABADMINKEY000000001',
    'MTIzNDU2Nzg5MDEyMzQ1',
    'super-secret-key',
  ];
  const messages = names
    .flatMap((name) => validateIamConfig(configurationOf(name)).map(({ message }) => message))
    .join('\n');
  expect(messages.length).toBeGreaterThan(1000);
  expect(secrets.filter((secret) => messages.includes(secret))).toEqual([]);
});
