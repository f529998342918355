import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type AccessProof, directorySecretStore, type ProbeResult } from '../../../provisioning/index.js';
import { blamed, byHand, reasons, SERVERS } from './by-hand.js';
import { createProofWorld, type ProofWorld, summary } from './world.js';

describe.each(SERVERS)('%s', (_, options) => {
  let world: ProofWorld;
  beforeAll(async () => {
    if (!options) return;
    world = await createProofWorld(options);
    await world.apply();
  });
  afterAll(() => world?.close());

  const { policyOf, putPolicy, attach, members, updateKey, keyOf } = byHand(() => world);

  /** Changes the server by hand, proves, changes it back, and checks that nothing was left behind. */
  async function proveWith(change: () => Promise<unknown>, undo: () => Promise<unknown>): Promise<AccessProof> {
    await change();
    try {
      const proof = await world.prove();
      expect(await world.leftovers()).toEqual([]);
      return proof;
    } finally {
      await undo();
    }
  }

  test.skipIf(!options)('as declared: every probe is answered as predicted, and nothing is left behind', async () => {
    const results: ProbeResult[] = [];
    const progress: number[] = [];
    const proof = await world.prove({
      onResult: (result) => results.push(result),
      onProgress: (done, total) => progress.push(total - done),
    });
    expect(proof.findings).toEqual([]);
    expect(proof).toMatchObject({
      components: 3,
      buckets: 5,
      accessKeys: 3,
      probes: { total: 332, allowed: 40, refused: 292, contradictions: 0 },
      pairs: { probed: 15, total: 15 },
      sampled: false,
      endpoint: world.endpoint,
      emulated: !options?.live,
    });
    expect(results).toHaveLength(332);
    expect(progress.at(-1)).toBe(0);
    expect(await world.leftovers()).toEqual([]);
    const done = results
      .filter(({ probe, observed }) => observed === 'allowed' && probe.who === 'backup')
      .map(({ probe, answer }) => `${probe.title}${probe.bucket ? ` ${probe.bucket}` : ''}: ${answer}`);
    expect(done.sort()).toEqual([
      'copy object out of the bucket backup-vault: 404 NoSuchKey',
      'copy object within the bucket backup-dumps: 200',
      'create multipart upload backup-dumps: 200',
      'get object backup-dumps: 200',
      'get object backup-vault: 404 NoSuchKey',
      'head bucket backup-dumps: 200',
      'head bucket backup-vault: 200',
      'head object backup-dumps: 200',
      'head object backup-vault: 404',
      'list exactly its own buckets: 200',
      'list objects backup-dumps: 200',
      'list objects backup-vault: 200',
      'put object backup-dumps: 200',
      'put object backup-vault: 400 BadDigest',
    ]);
  });

  test.skipIf(!options)('the matrix says what was granted, predicted and found', async () => {
    const { matrix } = await world.prove();
    expect(matrix).toHaveLength(20);
    expect(matrix.filter(({ accessKey }) => accessKey === 'backup')).toEqual([
      {
        accessKey: 'backup',
        component: 'backup',
        bucket: 'backup-dumps',
        granted: true,
        predicted: ['list', 'get', 'put'],
        probes: 38,
        state: 'as-predicted',
      },
      {
        accessKey: 'backup',
        component: 'backup',
        bucket: 'backup-vault',
        granted: true,
        predicted: ['list', 'get', 'put'],
        probes: 35,
        state: 'as-predicted',
      },
      {
        accessKey: 'backup',
        component: 'backup',
        bucket: 'notes-data',
        granted: false,
        predicted: [],
        probes: 7,
        state: 'as-predicted',
      },
      {
        accessKey: 'backup',
        component: 'backup',
        bucket: 'web-assets',
        granted: false,
        predicted: [],
        probes: 7,
        state: 'as-predicted',
      },
      {
        accessKey: 'backup',
        component: 'backup',
        bucket: 'web-uploads',
        granted: false,
        predicted: [],
        probes: 7,
        state: 'as-predicted',
      },
    ]);
    expect(
      matrix.filter(({ accessKey }) => accessKey === 'anonymous').map(({ bucket, probes }) => [bucket, probes]),
    ).toEqual([
      ['backup-dumps', 6],
      ['backup-vault', 6],
      ['notes-data', 6],
      ['web-assets', 6],
      ['web-uploads', 6],
    ]);
  });

  test.skipIf(!options)('a policy widened by hand', async () => {
    const declared = policyOf('backup-storage');
    const proof = await proveWith(
      () =>
        putPolicy('backup-storage', {
          Version: '2012-10-17',
          Statement: [
            ...(declared?.Statement ?? []),
            {
              Effect: 'Allow',
              Action: ['s3:ListBucket', 's3:GetObject'],
              Resource: ['arn:aws:s3:::web-uploads', 'arn:aws:s3:::web-uploads/*'],
            },
          ],
        }),
      () => putPolicy('backup-storage', declared),
    );
    expect(summary(proof)).toEqual([
      'security backup: copy object out of the bucket on web-uploads',
      'security backup: get object on web-uploads',
      'security backup: list exactly its own buckets',
      'security backup: list objects on web-uploads',
    ]);
    expect(proof.probes).toEqual({ total: 332, allowed: 39, refused: 289, contradictions: 4 });
    expect(
      proof.matrix
        .filter(({ state }) => state !== 'as-predicted')
        .map(({ accessKey, bucket, state }) => [accessKey, bucket, state]),
    ).toEqual([['backup', 'web-uploads', 'contradicted']]);
    expect(proof.findings.find(({ probe }) => probe === 'list objects')).toEqual({
      severity: 'security',
      who: 'backup',
      probe: 'list objects',
      bucket: 'web-uploads',
      predicted: 'refused',
      observed: 'allowed',
      answer: '200',
      cause: 'drift',
      message:
        'backup could list objects on web-uploads, although the declared policies refuse it (200); ' +
        'statement 3 of policy backup-storage, attached to user backup-svc on the server, allows it',
      command:
        `curl -sS -i -X GET --aws-sigv4 aws:amz:us-east-1:s3 --user "$AWS_ACCESS_KEY_ID:$AWS_SECRET_ACCESS_KEY" ` +
        `-H 'x-amz-content-sha256: UNSIGNED-PAYLOAD' ` +
        `'${world.endpoint}/web-uploads?list-type=2&max-keys=1&prefix=.cdktf-rustfs-probe%2F'`,
    });
    expect(proof.findings.find(({ observed }) => observed === 'leak')?.message).toBe(
      'backup could list exactly its own buckets, although the declared policies refuse it (200, showed web-uploads); ' +
        'statement 3 of policy backup-storage, attached to user backup-svc on the server, allows it',
    );
  });

  test.skipIf(!options)('the commands of findings show what the findings say', async () => {
    const { accessKeyId, secretAccessKey } = await keyOf('backup');
    const env = { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey };
    await attach('readonly', 'backup-svc');
    try {
      const { findings } = await world.prove();
      const shown = findings
        .filter(({ bucket }) => bucket === undefined || bucket === 'web-uploads' || bucket === 'backup-dumps')
        .map(async ({ who, probe, bucket, answer, command }) => {
          const { stdout } = await execa(command, { shell: true, env });
          const [, status] = /^HTTP\/1.1 (\d+)/.exec(stdout) ?? [];
          return { who, probe, bucket, same: status === answer.slice(0, 3) };
        });
      const results = await Promise.all(shown);
      expect(results).toHaveLength(8);
      expect(results.filter(({ same }) => !same)).toEqual([]);
    } finally {
      await attach('backup-storage', 'backup-svc');
    }
    expect(await world.leftovers()).toEqual([]);
  });

  test.skipIf(!options)('a bucket made public by hand', async () => {
    const document = {
      Version: '2012-10-17',
      Statement: [
        { Effect: 'Allow', Principal: '*', Action: ['s3:GetObject'], Resource: ['arn:aws:s3:::web-uploads/*'] },
      ],
    };
    const proof = await proveWith(
      () => world.asRoot('PUT', '/web-uploads', { policy: '' }, document),
      () => world.asRoot('DELETE', '/web-uploads', { policy: '' }),
    );
    expect(summary(proof)).toEqual([
      'security anonymous: get object on web-uploads',
      'security backup: copy object out of the bucket on web-uploads',
      'security backup: get object on web-uploads',
      'security notes: copy object out of the bucket on web-uploads',
      'security notes: get object on web-uploads',
    ]);
    expect(reasons(proof)).toEqual([
      'drift: statement 1 of the policy that bucket web-uploads has on the server allows it',
    ]);
  });

  test.skipIf(!options)("another component's policy attached by mistake", async () => {
    const proof = await proveWith(
      () => attach('web-storage', 'backup-svc'),
      () => attach('backup-storage', 'backup-svc'),
    );
    const severities = (bucket: string) =>
      new Set(proof.findings.filter((finding) => finding.bucket === bucket).map(({ severity }) => severity));
    expect(severities('web-assets')).toEqual(new Set(['security']));
    expect(severities('web-uploads')).toEqual(new Set(['security']));
    expect(severities('backup-dumps')).toEqual(new Set(['access']));
    expect(severities('backup-vault')).toEqual(new Set(['access']));
    expect(new Set(proof.findings.map(({ who }) => who))).toEqual(new Set(['backup']));
    expect(summary(proof)).toContain('security backup: delete object on web-assets');
    expect(reasons(proof)).toEqual([
      'drift: none of the policies that the server has for it allows it',
      'drift: statement 1 of policy web-storage, attached to user backup-svc on the server, allows it',
      'drift: statement 2 of policy web-storage, attached to user backup-svc on the server, allows it',
    ]);
  });

  test.skipIf(!options)('one policy too many', async () => {
    const proof = await proveWith(
      () => attach('web-storage,readonly', 'web-svc'),
      () => attach('web-storage', 'web-svc'),
    );
    expect(summary(proof)).toEqual([
      'security web: copy object out of the bucket on backup-dumps',
      'security web: copy object out of the bucket on backup-vault',
      'security web: copy object out of the bucket on notes-data',
      'security web: get bucket location on web-assets',
      'security web: get bucket location on web-uploads',
      'security web: get object on backup-dumps',
      'security web: get object on backup-vault',
      'security web: get object on notes-data',
      'security web: list exactly its own buckets',
    ]);
    expect(reasons(proof)).toEqual([
      'drift: statement 1 of policy readonly, attached to user web-svc on the server, allows it',
    ]);
  });

  test.skipIf(!options)('administration through a group', async () => {
    const proof = await proveWith(
      async () => {
        await members(false, 'notes-svc');
        await attach('consoleAdmin', 'proof-admins', 'true');
      },
      async () => {
        await attach('', 'proof-admins', 'true');
        await members(true, 'notes-svc');
        await members(true);
      },
    );
    expect(blamed(proof)).toEqual(['security notes']);
    expect(proof.probes.contradictions).toBe(73);
    expect(summary(proof)).toEqual(
      expect.arrayContaining([
        'security notes: attach a policy (to a user that does not exist)',
        'security notes: create a bucket (that exists) on notes-data',
        'security notes: create a policy (without content)',
        'security notes: create an access key (with too short an id)',
        'security notes: delete a bucket (that does not exist)',
        'security notes: delete a user (that does not exist)',
        'security notes: list users',
        'security notes: put bucket policy (invalid on purpose) on web-assets',
        'security notes: put object on backup-vault',
      ]),
    );
    expect(reasons(proof)).toEqual([
      'drift: statement 1 of policy consoleAdmin, attached to group proof-admins on the server, allows it',
      'drift: statement 3 of policy consoleAdmin, attached to group proof-admins on the server, allows it',
    ]);
  });

  test.skipIf(!options)('a disabled user', async () => {
    const proof = await proveWith(
      () => world.admin('PUT', '/set-user-status', { accessKey: 'web-svc', status: 'disabled' }),
      () => world.admin('PUT', '/set-user-status', { accessKey: 'web-svc', status: 'enabled' }),
    );
    expect(blamed(proof)).toEqual(['access web']);
    expect(proof.probes).toEqual({ total: 332, allowed: 20, refused: 292, contradictions: 20 });
    expect(reasons(proof)).toEqual(['drift: user web-svc is disabled on the server']);
  });

  test.skipIf(!options)('a secret that was changed on the server', async () => {
    const { accessKeyId, secretAccessKey } = await keyOf('web');
    const proof = await proveWith(
      () => updateKey(accessKeyId, { newSecretKey: 'another-secret-1' }),
      () => updateKey(accessKeyId, { newSecretKey: secretAccessKey }),
    );
    const { description } = directorySecretStore(world.secretsDir);
    expect(proof.findings.map(({ severity, message }) => [severity, message])).toEqual([
      [
        'access',
        'web was turned away at use the key before any policy was asked (403 SignatureDoesNotMatch); ' +
          `the secret in ${description} is not the one that the server has`,
      ],
    ]);
    expect(proof.notProbed).toContainEqual({
      what: 'access key web',
      reason: 'the server does not accept it (403 SignatureDoesNotMatch), so none of its rights could be tried',
    });
    expect(proof.matrix.find(({ accessKey, granted }) => accessKey === 'web' && granted)).toMatchObject({
      probes: 0,
      state: 'not-probed',
    });
  });

  test.skipIf(!options)('a key that was switched off', async () => {
    const { accessKeyId } = await keyOf('notes');
    const proof = await proveWith(
      () => updateKey(accessKeyId, { newStatus: 'off' }),
      () => updateKey(accessKeyId, { newStatus: 'on' }),
    );
    expect(summary(proof)).toEqual(['access notes: use the key']);
    expect(reasons(proof)).toEqual(['drift: access key notes is switched off on the server']);
  });

  test.skipIf(!options)('a key that was created again under root', async () => {
    const { accessKeyId: accessKey, secretAccessKey: secretKey } = await keyOf('notes');
    const recreate = async (targetUser: string) => {
      await world.admin('DELETE', '/delete-service-account', { accessKey });
      await world.admin('PUT', '/add-service-account', {}, { accessKey, secretKey, name: 'notes', targetUser });
    };
    const proof = await proveWith(
      () => recreate(options?.live?.root.accessKeyId ?? 'proofroot'),
      () => recreate('notes-svc'),
    );
    expect(blamed(proof)).toEqual(['security notes']);
    expect(reasons(proof)).toEqual(['drift: on the server, the key belongs to root']);
  });

  test.skipIf(!options)('a bucket that is gone', async () => {
    const proof = await proveWith(
      () => world.asRoot('DELETE', '/notes-data'),
      () => world.asRoot('PUT', '/notes-data'),
    );
    expect(proof.findings.map(({ severity, message }) => [severity, message])).toEqual([
      ['access', 'bucket notes-data is declared, but not on the server: run apply'],
    ]);
  });

  test.skipIf(!options)('nothing changes on the server even if everything is allowed', async () => {
    const session = await world.open();
    for (const { name } of world.manifest.users) await attach(`${name.replace('-svc', '-storage')},consoleAdmin`, name);
    const { estate } = await session.plan();
    try {
      const proof = await world.prove();
      expect(proof.findings.filter(({ severity }) => severity !== 'security')).toEqual([]);
      expect(proof.probes.contradictions).toBeGreaterThan(200);
      expect(await world.leftovers()).toEqual([]);
      const after = await session.plan();
      expect(after.estate).toEqual(estate);
      expect(estate.users.size).toBeGreaterThanOrEqual(3);
      expect(after.plan.changes.map(({ kind, name }) => `${kind} ${name}`).sort()).toEqual([
        'user-policies backup-svc',
        'user-policies notes-svc',
        'user-policies web-svc',
      ]);
    } finally {
      for (const { name } of world.manifest.users) await attach(name.replace('-svc', '-storage'), name);
      session.close();
    }
  });

  test.skipIf(!options)('after all that, the server is as declared again', async () => {
    const proof = await world.prove();
    expect(proof.findings).toEqual([]);
    expect(proof.probes).toEqual({ total: 332, allowed: 40, refused: 292, contradictions: 0 });
  });
});
