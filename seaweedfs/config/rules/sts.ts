import { goDurationSeconds } from '../duration.js';
import { checkKeys, isNonEmpty, isObject, type Json } from '../findings.js';
import { signingKeyProblem } from '../signing-key.js';
import { isPlaceholder, REFUSED, type RuleContext } from './context.js';

const MIN_SECONDS = 15 * 60;
const MAX_SECONDS = 12 * 3600;

const KEY_FIX = 'leave it to the secret store: `openssl rand -base64 32` makes one by hand';

export function checkSts({ file, findings }: RuleContext): void {
  const { sts } = file;
  if (!isObject(sts)) {
    findings.error('$.sts', sts === undefined ? sts : typeof sts, {
      rule: `must be an object with issuer and signingKey: ${REFUSED}`,
      fix: 'write "sts": { … } (the key in exactly this spelling)',
      source: '[start.sts-missing.none] [start.sts-misspelt.none] [start.json-empty-object.as-is]',
    });
    return;
  }
  const known = ['issuer', 'signingKey', 'tokenDuration', 'maxSessionLength', 'accountId', 'providers'];
  checkKeys(findings, '$.sts', sts, known, '[start.unknown-keys.none]');
  checkSigningKey(sts.signingKey, findings);
  checkIssuer(sts, findings);
  checkDurations(sts, findings);
  if (sts.accountId !== undefined) {
    if (typeof sts.accountId !== 'string' || !/^\d{12}$/.test(sts.accountId)) {
      findings.error('$.sts.accountId', sts.accountId, {
        rule: 'must be 12 digits',
        fix: 'write a string such as "111122223333", or leave it out',
        source: 'reference: services, SeaweedFsS3Gateway',
      });
    } else {
      findings.warn('$.sts.accountId', sts.accountId, {
        rule: 'changes only what GetCallerIdentity calls Account: the ARNs of users keep 000000000000',
        fix: 'write ARNs with 000000000000 in trust policies',
        source: '[account-id-set]',
      });
    }
  }
}

function checkSigningKey(key: unknown, findings: RuleContext['findings']): void {
  if (isPlaceholder(key)) return;
  if (typeof key !== 'string') {
    findings.error('$.sts.signingKey', key, {
      rule: `must be a string: without it sessions are signed with whatever else the gateway finds, else ${REFUSED}`,
      fix: KEY_FIX,
      source: '[start.key-missing.none] [start.key-missing-filer-jwt.none]',
      secret: true,
    });
    return;
  }
  const problem = signingKeyProblem(key);
  if (problem === undefined) return;
  const { severity, ...rule } = problem;
  findings[severity === 'error' ? 'error' : 'warn']('$.sts.signingKey', key, { ...rule, fix: KEY_FIX, secret: true });
}

function checkIssuer(sts: Json, findings: RuleContext['findings']): void {
  if (sts.issuer === undefined || sts.issuer === 'seaweedfs-sts') {
    findings.warn('$.sts.issuer', sts.issuer, {
      rule: 'seaweedfs-sts is the default of every fleet, so sessions of two fleets can not be told apart',
      fix: 'write a name of your own, such as "storage-prod-sts"',
      source: '[start.sts-issuer-missing.none]',
    });
    return;
  }
  if (!isNonEmpty(sts.issuer)) {
    findings.error('$.sts.issuer', sts.issuer, {
      rule: 'must be a name that is not empty',
      fix: 'write a name such as "storage-prod-sts"',
      source: 'reference: services, SeaweedFsS3Gateway',
    });
    return;
  }
  const issuers = (Array.isArray(sts.providers) ? sts.providers : []).map((provider: unknown) =>
    isObject(provider) && isObject(provider.config) ? provider.config.issuer : undefined,
  );
  if (issuers.includes(sts.issuer)) {
    findings.error('$.sts.issuer', sts.issuer, {
      rule: "is also a provider's issuer, so the provider's own tokens are refused as Bearer",
      fix: 'write a name that no provider has',
      source: '[start.sts-issuer-equals-provider.none]',
    });
  }
}

function checkDurations(sts: Json, findings: RuleContext['findings']): void {
  const seconds = (['tokenDuration', 'maxSessionLength'] as const).map((name) => {
    const value = sts[name];
    if (value === undefined) return name === 'tokenDuration' ? 3600 : MAX_SECONDS;
    const parsed = typeof value === 'string' ? goDurationSeconds(value) : undefined;
    if (parsed === undefined || parsed < MIN_SECONDS || parsed > MAX_SECONDS) {
      const numeric = typeof value === 'number' || typeof value === 'bigint';
      findings.error(`$.sts.${name}`, value, {
        rule: numeric
          ? 'SeaweedFS takes a number for nanoseconds and hands out sessions that have expired already'
          : parsed === undefined
            ? `must be a Go duration: ${REFUSED}`
            : 'must lie between 15m and 12h, as the durations that AssumeRole takes',
        fix: 'write a string such as "1h" or "1h30m"',
        source: numeric
          ? '[start.duration-number.none]'
          : parsed === undefined
            ? '[start.duration-words.none] [start.duration-number-string.none]'
            : '[start.duration-negative.none] [duration.899] [duration.43201]',
      });
      return undefined;
    }
    return parsed;
  });
  const [token, max] = seconds;
  if (token !== undefined && max !== undefined && token > max) {
    findings.error('$.sts.maxSessionLength', sts.maxSessionLength, {
      rule: `is shorter than tokenDuration (${String(sts.tokenDuration ?? '1h')}), which it silently cuts`,
      fix: 'make it at least as long',
      source: '[start.duration-max-30m.none]',
    });
  }
}
