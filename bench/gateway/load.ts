import { execa } from 'execa';

export const SIZE = 64 * 1024 * 1024;

/** Requests per second over 16 connections, by wrk. */
export async function requestsPerSecond(url: string, seconds: number): Promise<number> {
  const { stdout } = await execa('wrk', ['-t1', '-c16', `-d${seconds}s`, '-H', 'Host: s3.test', url]);
  if (/Non-2xx|Socket errors: .*[1-9]/.test(stdout)) throw new Error(`${url} did not answer every request:\n${stdout}`);
  return Number(/Requests\/sec:\s+([\d.]+)/.exec(stdout)?.[1]);
}

/** Uploads a file by curl, which asks with `Expect: 100-continue` first. @returns MiB/s */
export function upload(url: string, file: string): Promise<number> {
  return transfer('%{speed_upload}', ['-T', file, url]);
}

/** @returns MiB/s */
export function download(url: string): Promise<number> {
  return transfer('%{speed_download}', ['-o', '/dev/null', url]);
}

async function transfer(speed: string, args: readonly string[]): Promise<number> {
  const { stdout } = await execa('curl', ['-s', '--fail', '-H', 'Host: s3.test', '-w', speed, ...args]);
  return Number(stdout) / 1024 / 1024;
}
