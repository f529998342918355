import { createInterface } from 'node:readline/promises';
import { UsageError } from './exit-codes.js';

/** Asks on the terminal. @throws {UsageError} without one */
export async function confirm(changes: number, command: string): Promise<boolean> {
  if (!process.stdin.isTTY) {
    throw new UsageError(`${changes} changes need an approval: pass --yes, or run ${command} on a terminal`);
  }
  const prompt = createInterface({ input: process.stdin, output: process.stdout });
  try {
    return (await prompt.question('Apply these changes? Only "yes" is accepted: ')).trim() === 'yes';
  } finally {
    prompt.close();
  }
}
