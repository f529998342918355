import { renderHaproxy } from './haproxy.js';
import type { BalancerConfig } from './model.js';
import { renderNginx } from './nginx.js';

export { closedHealthcheck } from './closed-probe.js';
export type { BalancerConfig } from './model.js';
export { balancerProblems } from './model.js';

export type BalancerKind = 'nginx' | 'haproxy';

/** Signal at which each reads its configuration again without dropping a connection. */
export const RELOAD_SIGNALS: Readonly<Record<BalancerKind, string>> = { nginx: 'HUP', haproxy: 'USR2' };

/** The configuration file of a balancer. @throws Error with every problem of the declaration */
export function renderBalancer(kind: BalancerKind, config: BalancerConfig): string {
  return kind === 'nginx' ? renderNginx(config) : renderHaproxy(config);
}
