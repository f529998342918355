import { readFileSync } from 'node:fs';
import { rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type PeerCertificate, connect as tlsConnect } from 'node:tls';
import { describe, expect, test } from 'vitest';
import { createApiKey } from '../../gateway/auth/api-key.js';
import { selfSigned } from '../../gateway/tls/self-signed.js';
import { bearerSettings, emulator, gateway, OWN_HOST, raw, request, scratch, until } from './fixture.js';

describe('dynamic configuration', () => {
  test('is followed; a broken file keeps the old one in force and is reported', async () => {
    const rateLimits = { max_auth_attempts: 10_000 }; // the new key is tried until it is known
    const upstream = await emulator();
    const { token, settings } = await bearerSettings(['s3:readonly'], { rateLimits });
    const file = String(settings.dynamic_config);
    const { port, lines } = await gateway(upstream.endpoint, settings);
    const status = async (bearer: string) =>
      (await raw(port, request('/s3/', OWN_HOST, 'GET', [`Authorization: Bearer ${bearer}`]))).status;
    const reloads = () => lines.filter(({ type }) => type === 'reload');
    expect(await status(token)).toBe(200);

    await writeFile(file, '{"auth": {"api_keys": [{"prefix": "alk_"}]}}');
    await until(() => reloads().length === 1, 'the report of the broken file');
    expect(reloads()[0]).toMatchObject({ what: 'dynamic configuration', kept: 'the old one' });
    expect(String(reloads()[0]?.error)).toContain(`${file} is not a valid configuration:\n`);
    expect(await status(token)).toBe(200);

    const next = createApiKey({ scopes: ['s3:readonly'], description: 'next' });
    await writeFile(`${file}.new`, JSON.stringify({ auth: { api_keys: [next.entry] }, rate_limits: rateLimits }));
    await rename(`${file}.new`, file);
    await until(async () => (await status(next.token)) === 200, 'the new key');
    expect(await status(token)).toBe(401);
    expect(reloads().at(-1)).toEqual({ type: 'reload', what: 'dynamic configuration' });
  });
});

function certificate(port: number): Promise<PeerCertificate> {
  return new Promise((resolve, reject) => {
    const socket = tlsConnect({ port, host: '127.0.0.1', servername: 's3.test', rejectUnauthorized: false }, () => {
      resolve(socket.getPeerCertificate());
      socket.destroy();
    });
    socket.on('error', reject);
  });
}

describe('TLS', () => {
  test('a self-signed certificate for the given names', async () => {
    const { port, url } = await gateway('http://127.0.0.1:1', {
      tls_identity: { type: 'self_signed', names: ['s3.test', '10.1.2.3'] },
    });
    expect(url).toBe(`https://127.0.0.1:${port}`);
    const { subject, subjectaltname, issuer } = await certificate(port);
    expect([subject.CN, issuer.CN]).toEqual(['s3.test', 's3.test']);
    expect(subjectaltname).toBe('DNS:s3.test, IP Address:10.1.2.3, IP Address:127.0.0.1');
  });

  test('a certificate from files is followed; a broken pair keeps the old one', async () => {
    const directory = await scratch();
    const [cert_file, key_file] = [join(directory, 'cert.pem'), join(directory, 'key.pem')];
    const write = async (name: string) => {
      const { cert, key } = await selfSigned([name]);
      await writeFile(key_file, key);
      await writeFile(cert_file, cert);
    };
    await write('old.test');
    const { port, lines } = await gateway('http://127.0.0.1:1', {
      tls_identity: { type: 'x509', cert_file, key_file },
    });
    expect((await certificate(port)).subject.CN).toBe('old.test');

    await writeFile(cert_file, 'broken');
    await until(() => lines.some(({ error }) => error !== undefined), 'the report');
    expect(String(lines.find(({ error }) => error)?.error)).toMatch(
      /^tls_identity: .+cert\.pem and .+key\.pem must hold a PEM certificate and its private key \(/,
    );
    expect((await certificate(port)).subject.CN).toBe('old.test');

    await write('new.test');
    await until(async () => (await certificate(port)).subject.CN === 'new.test', 'the new certificate');
    expect(readFileSync(cert_file, 'utf8')).toContain('BEGIN CERTIFICATE');
  });

  test('files that hold no pair stop the start', async () => {
    const directory = await scratch();
    const [cert_file, key_file] = [join(directory, 'cert.pem'), join(directory, 'key.pem')];
    await writeFile(cert_file, (await selfSigned(['a.test'])).cert);
    await writeFile(key_file, (await selfSigned(['b.test'])).key);
    await expect(
      gateway('http://127.0.0.1:1', { tls_identity: { type: 'x509', cert_file, key_file } }),
    ).rejects.toThrow(`tls_identity: ${cert_file} and ${key_file} must hold a PEM certificate and its private key (`);
  });
});
