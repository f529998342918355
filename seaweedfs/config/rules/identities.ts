import { checkUnique, isNonEmpty, isObject, type Json, objects } from '../findings.js';
import { IDENTITY_ACTIONS } from '../model.js';
import { isPlaceholder, type RuleContext } from './context.js';

const ACTION = new RegExp(`^(${IDENTITY_ACTIONS.join('|')})(:[a-z0-9][a-z0-9.-]+(/.*)?)?$`);
const ENV_REFERENCE = /^\$\{\w+\}$/;

export function checkIdentities({ file, findings }: RuleContext): void {
  const entries = objects(findings, '$.identities', file.identities, 'identities', '[start.identities-empty.as-is]');
  const withKeys = entries.filter(
    ([, { name, credentials, disabled }]) =>
      name !== 'anonymous' && disabled !== true && Array.isArray(credentials) && credentials.length > 0,
  );
  if (withKeys.length === 0) {
    findings.error(
      '$.identities',
      Array.isArray(file.identities)
        ? `${entries.length} identities`
        : (file.identities ?? undefined) && typeof file.identities,
      {
        rule: 'must have at least one identity with a credential: without any, whatever else is wrong with the file makes the gateway serve everybody',
        fix: 'declare an identity',
        source:
          '[start.identities-empty-bad-key.as-is] [start.key-missing.none] [start.identity-anonymous-bad-key.as-is]',
      },
    );
  }
  checkUnique(
    findings,
    entries.map(([path, { name }]) => [`${path}.name`, name]),
    {
      rule: 'another identity has this name',
      fix: 'choose another name',
      source: 'reference: services, identities config',
    },
  );
  for (const [path, identity] of entries) checkIdentity(path, identity, findings);
  const keys = entries.flatMap(([path, { credentials }]) =>
    (Array.isArray(credentials) ? credentials : []).map((credential: unknown, index) => {
      const key = isObject(credential) ? credential.accessKey : undefined;
      const value = isObject(key) ? key.$secret : key;
      return [`${path}.credentials[${index}].accessKey`, value] as const;
    }),
  );
  checkUnique(findings, keys, {
    rule: 'another credential has this access key: the gateway exits with 255',
    fix: 'give every identity keys of its own',
    source: '[start.identity-duplicate-key.as-is]',
    secret: true,
  });
}

function checkIdentity(path: string, identity: Json, findings: RuleContext['findings']): void {
  const { name, actions, credentials } = identity;
  if (!isNonEmpty(name)) {
    findings.error(`${path}.name`, name, {
      rule: 'must not be empty',
      fix: 'write a name',
      source: 'reference: services, identities config',
    });
  }
  if (name === 'anonymous') {
    findings.error(`${path}.name`, name, {
      rule: 'the actions of this name are everybody’s, without any key',
      fix: 'drop it; allow public reads with a bucket policy where they are meant',
      source: '[start.identity-anonymous.as-is]',
    });
  }
  if (!Array.isArray(actions) || actions.length === 0) {
    findings.error(`${path}.actions`, actions, {
      rule: 'must list at least one action',
      fix: `write some of ${IDENTITY_ACTIONS.join(', ')}, each with :bucket or :bucket/prefix where it is limited`,
      source: 'reference: services, identities config',
    });
  }
  (Array.isArray(actions) ? actions : []).forEach((action: unknown, index) => {
    if (typeof action === 'string' && ACTION.test(action)) return;
    findings.error(`${path}.actions[${index}]`, action, {
      rule: 'is no action of a static identity',
      fix: `write one of ${IDENTITY_ACTIONS.join(', ')}, with :bucket or :bucket/prefix where it is limited`,
      source: 'reference: services, identities config',
    });
  });
  for (const [at, credential] of objects(
    findings,
    `${path}.credentials`,
    credentials,
    'credentials',
    'reference: services, identities config',
  )) {
    for (const field of ['accessKey', 'secretKey'] as const)
      checkCredential(`${at}.${field}`, credential[field], findings);
  }
}

function checkCredential(path: string, value: unknown, findings: RuleContext['findings']): void {
  if (isPlaceholder(value)) return;
  if (typeof value === 'string' && ENV_REFERENCE.test(value)) {
    findings.warn(path, value, {
      rule: 'a gateway drops this credential, silently but for its log, if the variable is not set where it runs',
      fix: 'keep the credential in the secret store',
      source: '[start.identity-env-unset.as-is]',
    });
  } else if (!isNonEmpty(value)) {
    findings.error(path, value, {
      rule: 'must not be empty',
      fix: 'write the credential',
      source: 'reference: services, identities config',
      secret: true,
    });
  }
}
