import { choice, integer, type Section, seconds } from '../model.js';

const LOCAL = { only: '1.0.0-beta.7', otherwise: 'takes no profiles into files, and says so in its log' } as const;

const NO_MEMORY_PROFILES =
  'memory profiles need an allocator that is started with profiling (MALLOC_CONF), which the image does not do; 1.0.1 takes none at all';

export const profiling: Section = {
  title: 'Profiling',
  source: 'rustfs/src/profiling.rs',
  variables: [
    {
      name: 'RUSTFS_ENABLE_PROFILING',
      derived: '`settings.profiling.cpuMode`',
      ...LOCAL,
      default: 'false',
      effect: 'Takes profiles',
    },
    {
      name: 'RUSTFS_PROF_CPU_MODE',
      setting: 'profiling.cpuMode',
      value: choice('continuous', 'periodic'),
      ...LOCAL,
      default: 'off',
      switches: 'RUSTFS_ENABLE_PROFILING',
      effect:
        'Takes CPU profiles: all the time, for whoever asks the admin API for one, or now and then into a file of its own',
    },
    {
      name: 'RUSTFS_PROF_CPU_FREQ',
      setting: 'profiling.cpuSamplesPerSecond',
      value: integer(1, 1_000_000),
      ...LOCAL,
      default: '100',
      needs: 'profiling.cpuMode',
      effect: 'Samples of CPU profiles',
    },
    {
      name: 'RUSTFS_PROF_CPU_INTERVAL_SECS',
      setting: 'profiling.cpuIntervalSeconds',
      value: seconds(0),
      ...LOCAL,
      default: '300',
      needs: 'profiling.cpuMode',
      effect: 'Pause between two periodic CPU profiles',
    },
    {
      name: 'RUSTFS_PROF_CPU_DURATION_SECS',
      setting: 'profiling.cpuDurationSeconds',
      value: seconds(1),
      ...LOCAL,
      default: '60',
      needs: 'profiling.cpuMode',
      effect: 'Length of a periodic CPU profile',
    },
    {
      name: 'RUSTFS_PROF_OUTPUT_DIR',
      derived:
        '`settings.profiling.cpuMode`: /logs/profiles, kept with `logs: volume` (the default is the working directory, where RustFS may not write)',
      ...LOCAL,
      default: '. (the working directory)',
      effect: 'Where profiles are written, as cpu_profile_<time>.pb; nobody deletes them',
    },
    {
      name: 'RUSTFS_PROF_MEM_{PERIODIC,INTERVAL_SECS}',
      not: NO_MEMORY_PROFILES,
      effect: 'Periodic memory profiles',
    },
    {
      name: 'RUSTFS_RUNTIME_DIAL9_{ENABLED,OUTPUT_DIR,FILE_PREFIX,MAX_FILE_SIZE,ROTATION_COUNT,SAMPLING_RATE,S3_BUCKET,S3_PREFIX}',
      not: 'the image of 1.0.1 is built without it (feature dial9), and 1.0.0-beta.7 writes files without events',
      effect: 'Traces of the Tokio runtime',
      source: 'crates/obs/src/telemetry/dial9',
    },
  ],
};
