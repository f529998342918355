import { checkKeys, checkUnique, isNonEmpty, isObject, type Json, objects } from '../findings.js';
import { isPlaceholder, NAME, REFUSED, type RuleContext } from './context.js';
import { checkOidc, WITHOUT_EFFECT } from './oidc.js';

const BROKEN = `${REFUSED}; one broken provider takes the good ones with it`;

/** Providers of the file that have a name, in both lists. */
export function providerNames(file: Json, enabled: boolean): ReadonlySet<string> {
  const list = isObject(file.sts) && Array.isArray(file.sts.providers) ? file.sts.providers : [];
  return new Set(
    list.flatMap((provider: unknown) =>
      isObject(provider) && isNonEmpty(provider.name) && (provider.enabled === true) === enabled ? [provider.name] : [],
    ),
  );
}

export function checkProviders(context: RuleContext): void {
  const { file, findings } = context;
  if (file.providers !== undefined && file.providers !== null) {
    findings.error(
      '$.providers',
      Array.isArray(file.providers) ? `${file.providers.length} providers` : typeof file.providers,
      {
        rule: 'the top-level list is the old place: there enabled:false is ignored, and a broken provider is only a warning',
        fix: 'move them to sts.providers',
        source: '[start.provider-legacy-disabled.none] [start.provider-legacy-mock.none] [start.provider-legacy.none]',
      },
    );
  }
  if (!isObject(file.sts)) return;
  const entries = objects(findings, '$.sts.providers', file.sts.providers, 'providers', '[start.roles-object.none]');
  checkUnique(
    findings,
    entries.map(([path, { name }]) => [`${path}.name`, name]),
    {
      rule: 'another provider has this name, and the last one wins silently',
      fix: 'choose another name',
      source: '[start.provider-duplicate-name.none]',
    },
  );
  checkUnique(
    findings,
    entries
      .filter(([, { enabled }]) => enabled === true)
      .map(([path, { config }]) => [
        `${path}.config.issuer`,
        isObject(config) && typeof config.issuer === 'string' ? config.issuer.replace(/\/+$/, '') : undefined,
      ]),
    {
      rule: 'another provider has this issuer: which of them validates is drawn at each start, and which name the trust policy sees at each request',
      fix: 'merge them into one provider with several clientIds',
      source: '[start.provider-duplicate-issuer.none] [duplicate-issuer]',
    },
  );
  for (const [path, provider] of entries) checkProvider(path, provider, context);
}

function checkProvider(path: string, provider: Json, context: RuleContext): void {
  const { findings } = context;
  checkKeys(findings, path, provider, ['name', 'type', 'enabled', 'config'], '[start.unknown-keys.none]');
  const { name, type, enabled, config } = provider;
  if (typeof name !== 'string' || !NAME.test(name)) {
    findings.error(`${path}.name`, name, {
      rule: `must be 1 to 64 characters of A-Z a-z 0-9 _ + = , . @ -: ${BROKEN}`,
      fix: 'write a name; trust policies refer to it',
      source: '[start.provider-name-missing.none]',
    });
  }
  if (typeof enabled !== 'boolean') {
    const omitted = enabled === undefined || enabled === null;
    findings.error(`${path}.enabled`, enabled, {
      rule: omitted
        ? 'must be written: SeaweedFS takes an omitted one for false and refuses every token'
        : `must be true or false: ${REFUSED}`,
      fix: 'write "enabled": true',
      source: omitted ? '[start.provider-enabled-omitted.none]' : '[start.provider-enabled-string.none]',
    });
  }
  checkType(path, type, enabled, findings);
  if (enabled === false) return;
  if (type !== 'oidc' && type !== 'ldap') return;
  if (!isObject(config)) {
    findings.error(`${path}.config`, config, {
      rule: `must be an object: ${BROKEN}`,
      fix: type === 'oidc' ? 'write issuer and clientId' : 'write server, baseDN and userFilter',
      source: '[start.provider-config-missing.none]',
    });
    return;
  }
  checkEnvironmentReferences(`${path}.config`, config, findings);
  if (type === 'oidc') checkOidc(`${path}.config`, config, context);
  else checkLdap(`${path}.config`, config, context);
}

function checkType(path: string, type: unknown, enabled: unknown, findings: RuleContext['findings']): void {
  if (type === 'oidc' || type === 'ldap') return;
  const missing = 'SeaweedFS has oidc and ldap';
  const [rule, fix, source] =
    type === 'mock'
      ? [
          `the source document has this type, ${missing}`,
          'declare an OIDC provider instead; for development there is the development issuer (docs/seaweedfs.md)',
          '[start.provider-mock.none]',
        ]
      : type === 'saml'
        ? [
            `is not implemented: ${missing}`,
            'let an OIDC provider such as Keycloak speak SAML for you',
            '[start.provider-saml.none]',
          ]
        : [
            `is not known: ${missing}, in lower case`,
            'write "oidc" or "ldap"',
            '[start.provider-unknown.none] [start.provider-type-missing.none]',
          ];
  if (enabled === false) {
    findings.warn(`${path}.type`, type, {
      rule: `${rule}; harmless only while enabled is false`,
      fix,
      source: '[start.provider-mock-disabled.none]',
    });
  } else {
    findings.error(`${path}.type`, type, { rule: `${rule}: ${BROKEN}`, fix, source });
  }
}

/** `${VAR}` is taken literally everywhere but in credentials. */
function checkEnvironmentReferences(path: string, value: unknown, findings: RuleContext['findings']): void {
  if (typeof value === 'string' && /\$\{[^}]*\}/.test(value)) {
    findings.error(path, value, {
      rule: 'SeaweedFS expands variables only in the credentials of identities; here it takes them literally',
      fix: 'write the value, or a secret reference where it is a secret',
      source: 'reference: services, ENV refs',
      secret: true,
    });
  } else if (isObject(value) && !isPlaceholder(value)) {
    for (const [key, item] of Object.entries(value)) {
      if (!(key in WITHOUT_EFFECT)) checkEnvironmentReferences(`${path}.${key}`, item, findings);
    }
  }
}

const LDAP_SOURCE = 'reference: services, ldap config';

function checkLdap(path: string, config: Json, { findings, options }: RuleContext): void {
  for (const field of ['server', 'baseDN', 'userFilter'] as const) {
    if (isNonEmpty(config[field])) continue;
    findings.error(`${path}.${field}`, config[field], {
      rule: `must not be empty: ${BROKEN}`,
      fix: `write ${field}`,
      source: LDAP_SOURCE,
    });
  }
  if (isNonEmpty(config.userFilter) && !config.userFilter.includes('%s')) {
    findings.error(`${path}.userFilter`, config.userFilter, {
      rule: 'must contain %s, where the user name goes: otherwise every name finds the same entry',
      fix: 'write a filter such as (uid=%s)',
      source: LDAP_SOURCE,
    });
  }
  const plain = config.useTLS !== true && !String(config.server).startsWith('ldaps://');
  if ((plain || config.insecureSkipVerify === true) && !options.development) {
    findings.error(`${path}.${plain ? 'useTLS' : 'insecureSkipVerify'}`, plain ? config.useTLS : true, {
      rule: 'passwords would cross the network unprotected',
      fix: plain ? 'write "useTLS": true, or an ldaps:// server' : 'leave it out',
      source: LDAP_SOURCE,
    });
  }
  findings.warn(path, 'ldap', {
    rule: 'what SeaweedFS does with LDAP was never observed here: the proof does not cover it',
    fix: 'try a sign-in by hand after each change',
    source: 'reference: "Not run"',
  });
}
