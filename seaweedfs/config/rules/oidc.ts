import { isNonEmpty, isObject, type Json, objects } from '../findings.js';
import { REFUSED, type RuleContext } from './context.js';

const BROKEN = `${REFUSED}; one broken provider takes the good ones with it`;

const SERVICES = 'reference: services, oidc config';

/** Settings that exist but do nothing when a token is exchanged for a session, each with the reason. */
export const WITHOUT_EFFECT: Readonly<Record<string, string>> = {
  claimsMapping: 'has no effect: it acts on userinfo answers only, and groups always come from the claim groups',
  scopes: 'has no effect: the gateway never asks the provider for a token',
  clientSecret: 'has no effect: the gateway never signs in at the provider',
  userInfoUri: 'has no effect: the gateway reads the token, never the userinfo endpoint',
  allowedPrincipalTagKeys:
    'protects nothing: a plain claim named aws:PrincipalTag/<key> passes whatever is listed here [policy.principal-tag.injected-claim]',
};

export function checkOidc(path: string, config: Json, context: RuleContext): void {
  const { findings } = context;
  checkIssuer(`${path}.issuer`, config.issuer, context);
  checkClients(path, config, findings);
  if (config.jwksUri !== undefined) checkUrl(`${path}.jwksUri`, config.jwksUri, context);
  for (const [name, reason] of Object.entries(WITHOUT_EFFECT)) {
    if (config[name] === undefined) continue;
    findings.warn(`${path}.${name}`, config[name], {
      rule: reason,
      fix: 'leave it out',
      source: '[start.provider-claims-mapping.none]',
      secret: name === 'clientSecret',
    });
  }
  checkTls(path, config, context);
  if (config.policyClaim !== undefined) {
    findings.error(`${path}.policyClaim`, config.policyClaim, {
      rule: 'lets a token choose its own policies, without a role and past every trust policy',
      fix: 'leave it out, and give each group a role',
      source: '[start.provider-policy-claim.none]',
    });
  }
  checkRoleMapping(`${path}.roleMapping`, config.roleMapping, context);
}

function checkIssuer(path: string, issuer: unknown, context: RuleContext): void {
  const { findings } = context;
  if (!isNonEmpty(issuer)) {
    findings.error(path, issuer, {
      rule: `must not be empty: ${BROKEN}`,
      fix: "write the provider's URL, exactly as in the tokens' iss",
      source: '[start.provider-issuer-missing.none] [start.provider-issuer-empty.none]',
    });
    return;
  }
  if (!issuer.startsWith('http')) {
    findings.error(path, issuer, {
      rule:
        issuer.length < 4 ? 'is shorter than 4 characters: the gateway panics' : `must begin with https://: ${BROKEN}`,
      fix: 'write the whole URL',
      source: issuer.length < 4 ? '[start.provider-issuer-short.none]' : '[start.provider-issuer-host.none]',
    });
    return;
  }
  checkUrl(path, issuer, context);
  if (issuer.endsWith('/')) {
    findings.warn(path, issuer, {
      rule: "must equal the tokens' iss to the letter: with a trailing slash on one side only every token is refused",
      fix: 'look into a token',
      source: '[start.provider-issuer-slash.none]',
    });
  }
}

function checkUrl(path: string, value: unknown, { findings, options }: RuleContext): void {
  const url = typeof value === 'string' && URL.canParse(value) ? new URL(value) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol) || url.search !== '' || url.hash !== '') {
    findings.error(path, value, {
      rule: 'must be an http(s) URL without query',
      fix: 'write the whole URL',
      source: SERVICES,
    });
    return;
  }
  if (url.protocol === 'https:' || options.development) return;
  findings.error(path, value, {
    rule: 'must be https: whoever is on the way could sign tokens of his own',
    fix: 'write an https URL, or declare the fleet as development: true',
    source: 'reference: services, SeaweedFsS3Gateway',
  });
}

function checkClients(path: string, config: Json, findings: RuleContext['findings']): void {
  const { clientId, clientIds } = config;
  const listed = Array.isArray(clientIds) && clientIds.length > 0 && clientIds.every(isNonEmpty);
  if (isNonEmpty(clientId) || listed) return;
  findings.error(`${path}.clientId`, clientId ?? clientIds, {
    rule: `must not be empty: ${BROKEN}`,
    fix: 'write clientId, or several as clientIds',
    source: '[start.provider-clientid-missing.none] [start.provider-clientid-empty.none]',
  });
}

function checkTls(path: string, config: Json, { findings, options }: RuleContext): void {
  const { tlsCaCert, tlsInsecureSkipVerify, thumbprints } = config;
  if (tlsCaCert !== undefined) {
    if (typeof tlsCaCert !== 'string' || !tlsCaCert.startsWith('/')) {
      findings.error(`${path}.tlsCaCert`, tlsCaCert, {
        rule: `must be an absolute path: ${BROKEN}`,
        fix: 'write the path in the container',
        source: '[start.provider-cacert-relative.none]',
      });
    } else if (!options.mountedFiles?.includes(tlsCaCert)) {
      findings.error(`${path}.tlsCaCert`, tlsCaCert, {
        rule: `nothing is mounted there: ${BROKEN}`,
        fix: 'mount the certificate with caCertificates',
        source: '[start.provider-cacert-missing.none]',
      });
    }
  }
  if (tlsInsecureSkipVerify === true && !options.development) {
    findings.error(`${path}.tlsInsecureSkipVerify`, true, {
      rule: 'whoever is on the way could sign tokens of his own',
      fix: 'leave it out, and name the CA in tlsCaCert',
      source: 'reference: services, SeaweedFsS3Gateway',
    });
  }
  if (thumbprints === undefined) return;
  const valid = (item: unknown) => typeof item === 'string' && /^[0-9a-f]{40}$/i.test(item);
  if (Array.isArray(thumbprints) && thumbprints.length <= 5 && thumbprints.every(valid)) return;
  findings.error(`${path}.thumbprints`, thumbprints, {
    rule: 'must be at most 5 SHA-1 fingerprints of 40 hexadecimal digits',
    fix: 'leave it out, and name the CA in tlsCaCert',
    source: SERVICES,
  });
}

function checkRoleMapping(path: string, mapping: unknown, { findings, roles }: RuleContext): void {
  if (!isObject(mapping)) return;
  const rules = objects(findings, `${path}.rules`, mapping.rules, 'rules', '[start.provider-role-mapping.none]');
  const named: (readonly [string, unknown])[] = rules.map(([at, { role }]) => [`${at}.role`, role]);
  if (mapping.defaultRole !== undefined) named.push([`${path}.defaultRole`, mapping.defaultRole]);
  for (const [at, role] of named) {
    const name = /^arn:aws:iam::(?:\d{12})?:?role\/(.+)$/.exec(String(role))?.[1];
    if (name !== undefined && roles.has(name)) continue;
    findings.error(at, role, {
      rule: 'must be the ARN of a declared role',
      fix: `write arn:aws:iam::role/<name>; declared: ${[...roles].join(', ') || 'none'}`,
      source: '[start.provider-role-mapping.none]',
    });
  }
  findings.warn(
    path,
    {},
    {
      rule: 'decides for OIDC tokens used as Bearer only: it does not restrict AssumeRoleWithWebIdentity',
      fix: "write who may assume a role into the role's trust policy",
      source: '[start.provider-role-mapping.none]',
    },
  );
}
