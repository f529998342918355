import { s3Error } from '../../errors.js';
import type { XmlObject } from './xml-codec.js';

const MOST_RULES = 50;
const REDIRECT_CODES = ['301', '302', '303', '307', '308'];

/** Checks a website configuration. RustFS source 1.0.1 storage_api.rs. @throws EmulatorError */
export function checkWebsite(document: XmlObject): XmlObject {
  const { RedirectAllRequestsTo: redirectAll, IndexDocument: index, ErrorDocument: error } = document;
  const rules = document.RoutingRules as readonly XmlObject[] | undefined;
  if (redirectAll && (index ?? error ?? rules)) {
    throw malformed('RedirectAllRequestsTo cannot be combined with other website settings');
  }
  if (!redirectAll && !index) throw malformed('IndexDocument is required unless RedirectAllRequestsTo is configured');
  const suffix = (index as XmlObject | undefined)?.Suffix;
  if (suffix !== undefined && (suffix === '' || String(suffix).includes('/'))) {
    throw malformed('IndexDocument suffix must be a single nonempty name');
  }
  if ((error as XmlObject | undefined)?.Key === '') throw malformed('ErrorDocument key cannot be empty');
  if (rules) checkRules(rules);
  if (redirectAll) {
    const { HostName: host, Protocol: protocol } = redirectAll as XmlObject;
    checkHost(String(host));
    checkProtocol(protocol, 'RedirectAllRequestsTo protocol must be http or https');
  }
  return document;
}

function checkRules(rules: readonly XmlObject[]): void {
  if (rules.length > MOST_RULES) throw malformed('RoutingRules cannot contain more than 50 rules');
  if (rules.length === 0) throw malformed('RoutingRules cannot be empty');
  for (const rule of rules) {
    const condition = rule.Condition as XmlObject | undefined;
    const redirect = rule.Redirect as XmlObject;
    if (condition && Object.keys(condition).length === 0) throw malformed('RoutingRule Condition cannot be empty');
    if (Object.keys(redirect).length === 0) throw malformed('RoutingRule Redirect cannot be empty');
    if (redirect.ReplaceKeyPrefixWith !== undefined && redirect.ReplaceKeyWith !== undefined) {
      throw malformed('RoutingRule redirect key replacements are mutually exclusive');
    }
    checkProtocol(redirect.Protocol, 'RoutingRule protocol must be http or https');
    if (redirect.HttpRedirectCode !== undefined && !REDIRECT_CODES.includes(String(redirect.HttpRedirectCode))) {
      throw malformed('RoutingRule redirect code is invalid');
    }
    if (redirect.HostName !== undefined) checkHost(String(redirect.HostName));
    const status = condition?.HttpErrorCodeReturnedEquals;
    if (status !== undefined && !/^[45]\d\d$/.test(String(status))) {
      throw malformed('RoutingRule error code is invalid');
    }
  }
}

function checkProtocol(protocol: unknown, message: string): void {
  if (protocol !== undefined && protocol !== 'http' && protocol !== 'https') throw malformed(message);
}

function checkHost(host: string): void {
  const url = URL.canParse(`http://${host}/`) ? new URL(`http://${host}/`) : undefined;
  const plain = url && !url.username && !url.password && url.pathname === '/' && !url.search && !url.hash;
  if (!plain) throw malformed('website redirect host is invalid');
}

function malformed(message: string) {
  return s3Error('MalformedXML', message);
}
