/** What it means when a probe is answered otherwise than expected, and the way out. */
export const MEANINGS = {
  unreachable: {
    meaning: 'there was no answer at all, so nothing is known of this place',
    wayOut: 'check that it runs and that this machine reaches it, then run the proof again',
  },
  'anonymous-refused': {
    meaning:
      'whoever reaches this address reads, writes and deletes without a key: the IAM configuration was refused and there is no static identity, or an identity is called anonymous',
    wayOut:
      'take the gateway out of the balancer now; look for "Failed to load IAM configuration" in its log, deploy the synthesized iam.config and check that no identity is named anonymous',
  },
  'unknown-key-refused': {
    meaning: 'signatures are not checked: any access key is let in',
    wayOut: 'treat it like anonymous access: take the gateway out, deploy the synthesized iam.config, restart',
  },
  'sts-loaded': {
    meaning:
      'a junk token was not refused by STS (405 with an empty body: the gateway refused its IAM configuration and has no STS, no roles and no sessions)',
    wayOut:
      'look for "Failed to load IAM configuration" in the log of the gateway, deploy the synthesized iam.config, restart',
  },
  'role-loaded': {
    meaning:
      'the gateway does not have this role as declared: it dropped it at start, has another configuration, or nobody may assume it',
    wayOut: 'look for "Failed to create role" in the log of the gateway; deploy the synthesized iam.config and restart',
  },
  'role-trust': {
    meaning: 'the trust policy of the role admits whoever has any token at all, or users that its conditions exclude',
    wayOut:
      'name one declared provider in Federated, no "*" and no {"AWS":"*"}, and conditions with oidc: keys; then restart',
  },
  'no-undeclared-role': {
    meaning: 'STS did not say "role not found" to a role that nobody declared',
    wayOut: 'look who answers at this address: it is not a SeaweedFS gateway with the declared configuration',
  },
  'static-key': {
    meaning:
      'a declared static key does not do what it should here: its credential was dropped, shadowed by -config, or the store has another one',
    wayOut:
      'check that -config is not given and that the secret store and the rendered iam.config hold the same keys, then restart',
  },
  providers: {
    meaning:
      'the gateway has other OIDC providers than declared: one is switched off, of another issuer, or not declared at all',
    wayOut:
      'compare iam.config of this gateway with the synthesized one (enabled has to be true), deploy and restart it',
  },
  'session-shared': {
    meaning: 'sessions of one gateway are not valid on another: their signing keys or their STS issuers differ',
    wayOut: 'give all gateways the same rendered iam.config and restart those that started with another one',
  },
  'session-issuer': {
    meaning: 'the STS issuer of the gateway is not the declared one',
    wayOut: 'deploy the synthesized iam.config and restart the gateway',
  },
  'session-duration': {
    meaning:
      'sessions do not live as long as declared: a duration written as a number counts nanoseconds, a negative one is ignored',
    wayOut: 'write durations as Go strings such as "1h", deploy and restart',
  },
  'session-forged': {
    meaning: 'a session that no gateway issued was accepted',
    wayOut: 'take the gateway out of the balancer and replace the signing key: fleet rotate-signing-key',
  },
  'role-right': {
    meaning:
      'a session of the role may not do what its policies allow, or may do what they do not: a policy is missing, was dropped, or one of the same name on the filer wins over the file',
    wayOut:
      'look for "Failed to create policy" in the log and for policies under /etc/iam/policies on the filer (fleet status --filer), then deploy the synthesized iam.config and restart',
  },
  'token-accepted': {
    meaning:
      'a valid web identity token was refused, always or now and then: provider off or unreachable, trust policy, or two providers with one issuer of which one is drawn per request',
    wayOut:
      'look for "Duplicate issuer" in the log of the gateway; check enabled, issuer (no trailing slash), clientIds and that the gateway reaches the issuer',
  },
  'token-refused': {
    meaning: 'a token that is not valid was accepted',
    wayOut:
      'take the gateway out of the balancer; compare its providers (issuer, clientIds, jwksUri) with the declared ones',
  },
  'shared-store': {
    meaning: 'gateways do not see the same objects: they use different filers, and those no shared store',
    wayOut: 'give all gateways the same -filer list, and several filers one shared store',
  },
  'large-headers': {
    meaning: 'a request with headers of 24 kB fails: sessions of users with many groups will',
    wayOut: 'nginx: large_client_header_buffers 4 32k; haproxy: tune.bufsize 65536',
  },
  'large-body': {
    meaning: 'an upload of 2 MiB fails through this address',
    wayOut: 'nginx: client_max_body_size 0',
  },
  failover: {
    meaning: 'requests failed while one gateway was stopped',
    wayOut:
      'use the synthesized balancer configuration: max_fails=0, request buffering, proxy_next_upstream error timeout http_502 http_503',
  },
  'same-configuration': {
    meaning: 'the gateway has mounted another iam.config than the one that was rendered last',
    wayOut: 'fleet restart brings the rendered file to all gateways',
  },
  'filer-policies': {
    meaning:
      'a policy of a declared name lies on the filer; it wins over the one in iam.config, even with storeType memory',
    wayOut: 'delete it: curl -X DELETE http://<filer>/etc/iam/policies/<name>.json, and run the proof again',
  },
} as const;

export type ProbeName = keyof typeof MEANINGS;
