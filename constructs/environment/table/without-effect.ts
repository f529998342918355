import type { Section } from '../model.js';

export const withoutEffect: Section = {
  title: 'Names without effect',
  source: 'rustfs/Cargo.toml',
  variables: [
    {
      name: 'RUSTFS_{AWS_EXECUTION_ENV,AWS_REGION,EC2_INSTANCE_ID,WEBSITE_SITE_NAME,WEBSITE_INSTANCE_ID,APPSETTING_WEBSITE_SITE_NAME,GCP_PROJECT,GOOGLE_CLOUD_PROJECT,GAE_INSTANCE,DIGITALOCEAN_REGION,CF_PAGES,CF_WORKERS}',
      not: 'variables that clouds set, with RUSTFS_ put in front of their names; nothing calls the code that looks for them',
      effect: 'None: would tell which cloud the server is in',
      source: 'crates/trusted-proxies/src/cloud/detector.rs',
    },
    {
      name: 'RUSTFS_{TIMEOUT_DEFAULT,TIMEOUT_MAX,BACKPRESSURE_BUFFER_SIZE,IO_BUFFER_SIZE}',
      not: 'nothing calls the code that reads them',
      only: '1.0.0-beta.7',
      effect: 'None: would be timeouts and buffers of object I/O',
      source: 'crates/concurrency/src/config.rs',
    },
    {
      name: 'RUSTFS_DEFAULT_EXPIRY_WORKERS',
      not: 'read only where RUSTFS_MAX_EXPIRY_WORKERS is 0: give that one the number',
      only: '1.0.0-beta.7',
      default: '8',
      effect: 'Workers that delete expired objects, in place of 0',
      source: 'crates/ecstore/src/bucket/lifecycle/bucket_lifecycle_ops.rs',
    },
    {
      name: 'RUSTFS_{BUILD_VERSION,CONSOLE_BASE_PATH}',
      not: 'read when RustFS is compiled',
      only: '1.0.1',
      effect: 'Version and path of the console that are built in; settings.console.prefix moves the console',
      source: 'rustfs/src/version.rs, rustfs/src/server/prefix.rs',
    },
    {
      name: '_RUSTFS_API_XFF_HEADER',
      not: 'nothing calls the code that reads it; settings.proxy says whose X-Forwarded-For is believed',
      default: 'on',
      effect: 'None: would decide about X-Forwarded-For',
      source: 'crates/utils/src/http/ip.rs',
    },
    {
      name: 'RUSTFS_TEST_IAM_{FAIL_INIT_ATTEMPTS,RETRY_INTERVAL_MS}',
      not: 'read by debug builds alone, which the image is not',
      effect: 'Makes the start of IAM fail, for tests of RustFS',
      source: 'rustfs/src/startup_iam.rs',
    },
    {
      name: 'RUSTFS_E2E_*',
      not: 'for tests of RustFS, read with its features `e2e-test-hooks` and `offline-enrollment-e2e-root` alone, which the image is built without',
      only: '1.0.1',
      effect: 'Barriers and fixtures of tests',
    },
  ],
};
