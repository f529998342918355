import type { EmulatorResponse } from '../context.js';
import { notImplemented, s3Error } from '../errors.js';
import { BadConfiguration, type KmsConfig, RefusedConfiguration, readConfiguration } from '../kms/config.js';
import type { Kms } from '../kms/service.js';
import { requireAny } from './authorize.js';
import type { AdminCall, AdminHandler } from './call.js';

/** Answers of the service itself carry no content type (recorded: 10-kms). */
const plain = (value: object): EmulatorResponse => ({ status: 200, body: JSON.stringify(value) });

/** What failed is told in the body; the status is 200 all the same. */
const outcome = ({ status }: Kms, message: string, success = false) => plain({ success, message, status });

/** Reads a configuration, and answers what is wrong with it. */
async function withConfiguration(
  call: AdminCall,
  failure: string,
  use: (config: KmsConfig) => Promise<EmulatorResponse>,
): Promise<EmulatorResponse> {
  const { kms } = call.context;
  try {
    return await use(readConfiguration(call.body, kms.profile, kms.config));
  } catch (error) {
    if (error instanceof BadConfiguration) return { status: 400, body: error.message };
    if (!(error instanceof RefusedConfiguration)) throw error;
    return outcome(kms, `${failure}: Configuration error: ${error.message}`);
  }
}

export const configure: AdminHandler = (call) => {
  const { kms } = call.context;
  requireAny(call, kms.profile.actions.configure);
  const failure = 'Failed to configure KMS';
  return withConfiguration(call, failure, async (config) => {
    if (kms.running) {
      const why = 'Cannot configure KMS while it is running; use reconfigure instead';
      return outcome(kms, `${failure}: Configuration error: ${why}`);
    }
    await kms.configure(config);
    return outcome(kms, 'KMS configured successfully', true);
  });
};

export const reconfigure: AdminHandler = (call) => {
  const { kms } = call.context;
  requireAny(call, kms.profile.actions.configure);
  return withConfiguration(call, 'Failed to reconfigure KMS', async (config) => {
    const problem = await kms.start(config);
    if (problem === undefined) return outcome(kms, 'KMS reconfigured and restarted successfully', true);
    const why = problem.replace('Failed to create KMS backend', 'Failed to reconfigure KMS');
    return outcome(kms, `Failed to reconfigure KMS: ${why}`);
  });
};

export const start: AdminHandler = async (call) => {
  const { kms } = call.context;
  requireAny(call, kms.profile.actions.control);
  const force = /"force"\s*:\s*true/.test(call.body.toString('utf8'));
  if (kms.running && !force) return outcome(kms, 'KMS service is already running. Use force=true to restart.');
  const restarts = kms.running;
  const problem = await kms.start(kms.config);
  if (problem !== undefined) return outcome(kms, `${kms.profile.words.startFailed}: ${problem}`);
  return outcome(kms, `KMS service ${restarts ? 'restarted' : 'started'} successfully`, true);
};

export const stop: AdminHandler = (call) => {
  const { kms } = call.context;
  requireAny(call, kms.profile.actions.control);
  kms.stop();
  return outcome(kms, 'KMS service stopped successfully', true);
};

export const serviceStatus: AdminHandler = async (call) => {
  const { kms } = call.context;
  requireAny(call, kms.profile.actions.control);
  const { config } = kms;
  return plain({
    status: kms.status,
    backend_type: config?.backend ?? null,
    healthy: await kms.healthy(),
    config_summary: config ? summaryOf(kms, config) : null,
  });
};

function summaryOf({ profile }: Kms, { backend, defaultKeyId, summary }: KmsConfig): object {
  return {
    backend_type: backend,
    default_key_id: defaultKeyId ?? null,
    timeout_seconds: 30,
    retry_attempts: 3,
    enable_cache: true,
    max_cached_keys: 1000,
    cache_ttl_seconds: profile.cacheSeconds,
    cache_summary: { max_keys: 1000, ttl_seconds: profile.cacheSeconds, enable_metrics: true },
    backend_summary: summary,
  };
}

export const getConfig: AdminHandler = (call) => {
  const { kms } = call.context;
  requireAny(call, kms.profile.actions.configure);
  const { config } = kms;
  if (!kms.running || config === undefined) throw s3Error('InternalError', 'KMS service not initialized');
  if (config.backend !== 'Local') throw notImplemented('the configuration of a Vault is not emulated here');
  return {
    status: 200,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      backend: 'local',
      cache_enabled: true,
      cache_max_keys: 1000,
      cache_ttl_seconds: kms.profile.cacheSeconds,
      default_key_id: config.defaultKeyId ?? null,
    }),
  };
};

export const clearCache: AdminHandler = (call) => {
  const { kms } = call.context;
  requireAny(call, kms.profile.actions.clearCache);
  if (!kms.running) throw s3Error('InternalError', 'KMS service not initialized');
  return {
    status: 200,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ status: 'success', message: 'cache cleared successfully' }),
  };
};
