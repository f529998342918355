import { resolve } from 'node:path';
import * as z from 'zod';
import { type PolicyDocument, policiesEqual, type RustFsVersion } from '../../policies/index.js';
import { ProvisioningError } from '../errors.js';
import { readIfPresent, writeFileAtomic } from '../secrets/atomic-file.js';
import type { Rewrite } from './model.js';

const schema = z.strictObject({
  comment: z.string(),
  replaced: z.array(
    z.strictObject({
      policy: z.string(),
      from: z.string(),
      to: z.string(),
      document: z.looseObject({ Version: z.string(), Statement: z.array(z.looseObject({})) }),
    }),
  ),
});

const COMMENT =
  'Policies as they were before "cdktf-rustfs preflight --fix" replaced them. To restore one, store its document again on the version that it is from.';

/**
 * Notes down what is about to be replaced, before it is: an entry is added, never changed, so that an interrupted and
 * repeated run keeps the first state of every policy. Policies hold no secret, so the file is plain JSON.
 * @returns where the file lies
 */
export async function backUp(
  file: string,
  rewrites: readonly Rewrite[],
  { from, to }: { readonly from: RustFsVersion; readonly to: RustFsVersion },
): Promise<string> {
  const path = resolve(file);
  const text = await readIfPresent(path);
  let replaced: z.infer<typeof schema>['replaced'] = [];
  if (text !== undefined) {
    try {
      replaced = schema.parse(JSON.parse(text)).replaced;
    } catch {
      throw new ProvisioningError(`${file} is no backup of preflight: name another file with --backup`);
    }
  }
  const isNew = ({ policy, before }: Rewrite) =>
    !replaced.some((one) => one.policy === policy && policiesEqual(one.document as unknown as PolicyDocument, before));
  const added = rewrites.filter(isNew).map(({ policy, before }) => ({ policy, from, to, document: before }));
  if (added.length > 0)
    await writeFileAtomic(
      path,
      `${JSON.stringify({ comment: COMMENT, replaced: [...replaced, ...added] }, null, 2)}\n`,
      0o600,
    );
  return path;
}
