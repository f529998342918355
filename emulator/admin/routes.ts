import { accessKeyInfo, bulkList, sessionInfo } from './access-keys.js';
import { accountInfo, isAdmin } from './account-info.js';
import type { AdminHandler } from './call.js';
import * as events from './event-targets.js';
import { exportBucketMetadata, exportIam } from './exports.js';
import * as groups from './groups.js';
import * as kms from './kms.js';
import * as kmsKeys from './kms-keys.js';
import { attachPolicies, detachPolicies, setPolicies } from './mappings.js';
import * as modules from './modules.js';
import * as oidc from './oidc.js';
import * as policies from './policies.js';
import { policyEntities } from './policy-entities.js';
import * as quota from './quota.js';
import * as server from './server-info.js';
import * as keys from './service-accounts.js';
import * as users from './users.js';

/** `METHOD path` below `/rustfs/admin/v3`; `{name}` stands for one segment. */
export const ROUTES: Readonly<Record<string, AdminHandler>> = {
  'PUT /add-user': users.addUser,
  'PUT /set-user-status': users.setStatus,
  'PUT /set-user-secret-key': users.setSecretKey,
  'GET /list-users': users.listUsers,
  'GET /user-info': users.userInfo,
  'DELETE /remove-user': users.removeUser,
  'GET /groups': groups.listGroups,
  'GET /group': groups.groupInfo,
  'DELETE /group/{group}': groups.deleteGroup,
  'PUT /set-group-status': groups.setStatus,
  'PUT /update-group-members': groups.updateMembers,
  'GET /list-canned-policies': policies.listPolicies,
  'PUT /add-canned-policy': policies.addPolicy,
  'GET /info-canned-policy': policies.policyInfo,
  'DELETE /remove-canned-policy': policies.removePolicy,
  'PUT /set-user-or-group-policy': setPolicies,
  'PUT /set-policy': setPolicies,
  'POST /idp/builtin/policy/attach': attachPolicies,
  'POST /idp/builtin/policy/detach': detachPolicies,
  'GET /idp/builtin/policy-entities': policyEntities,
  'PUT /add-service-account': keys.addKey,
  'PUT /add-service-accounts': keys.addKey,
  'POST /update-service-account': keys.updateKey,
  'GET /info-service-account': keys.keyInfo,
  'GET /list-service-accounts': keys.listKeys,
  'DELETE /delete-service-account': keys.deleteKey,
  'DELETE /delete-service-accounts': keys.deleteKey,
  'GET /list-access-keys-bulk': bulkList,
  'GET /info-access-key': accessKeyInfo,
  'GET /temporary-account-info': sessionInfo,
  'PUT /quota/{bucket}': quota.putQuota,
  'GET /quota/{bucket}': quota.getQuota,
  'DELETE /quota/{bucket}': quota.deleteQuota,
  'PUT /set-bucket-quota': quota.putQuota,
  'GET /get-bucket-quota': quota.getQuota,
  'GET /quota-stats/{bucket}': quota.quotaStats,
  'POST /quota-check/{bucket}': quota.checkQuota,
  'GET /accountinfo': accountInfo,
  'GET /is-admin': isAdmin,
  'GET /info': server.serverInfo,
  'GET /storageinfo': server.storageInfo,
  'GET /datausageinfo': server.dataUsageInfo,
  'GET /export-iam': exportIam,
  'GET /export-bucket-metadata': exportBucketMetadata,
  'GET /module-switches': modules.getSwitches,
  'PUT /module-switches': modules.putSwitches,
  'GET /target/list': events.listTargets,
  'GET /target/arns': events.listTargetArns,
  'PUT /target/{kind}/{id}': events.putTarget,
  'DELETE /target/{kind}/{id}/reset': events.removeTarget,
  'GET /audit/target/list': events.listAuditTargets,
  'PUT /audit/target/{kind}/{id}': events.putAuditTarget,
  'DELETE /audit/target/{kind}/{id}/reset': events.removeAuditTarget,
  'GET /get-config-kv': events.getConfig,
  'DELETE /del-config-kv': events.deleteConfig,
  'POST /kms/configure': kms.configure,
  'POST /kms/reconfigure': kms.reconfigure,
  'POST /kms/start': kms.start,
  'POST /kms/stop': kms.stop,
  'GET /kms/service-status': kms.serviceStatus,
  'GET /kms/config': kms.getConfig,
  'POST /kms/clear-cache': kms.clearCache,
  'POST /kms/keys': kmsKeys.createKey,
  'GET /kms/keys': kmsKeys.listKeys,
  'GET /kms/keys/{key}': kmsKeys.describeKey,
  'DELETE /kms/keys/delete': kmsKeys.deleteKey,
  'POST /kms/keys/cancel-deletion': kmsKeys.cancelDeletion,
  'POST /kms/keys/enable': kmsKeys.enableKey,
  'POST /kms/keys/disable': kmsKeys.disableKey,
  'GET /oidc/providers': oidc.listProviders,
  'GET /oidc/authorize/{provider}': oidc.authorize,
  'GET /oidc/callback/{provider}': oidc.consoleLogin,
  'GET /oidc/logout': oidc.consoleLogin,
  'GET /oidc/config': oidc.getConfig,
  'PUT /oidc/config/{provider}': oidc.putConfig,
  'POST /oidc/validate': oidc.validate,
};

/** Routes that answer without a signature. */
export const PUBLIC_ROUTES: ReadonlySet<AdminHandler> = new Set([
  oidc.listProviders,
  oidc.authorize,
  oidc.consoleLogin,
]);
