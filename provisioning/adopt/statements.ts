import { lintPolicy, type PolicyDocument, type RustFsVersion } from '../../policies/index.js';

/** Where a construct demands a reason for something broad. */
export const REVIEW = 'adopted from the server: review';

/** Why a document cannot be declared as it is, although its statements can. */
export function documentProblem({ Version, ID, Id }: PolicyDocument): string | undefined {
  if (Version !== '2012-10-17') return `its policy has version ${Version}, and constructs write 2012-10-17`;
  const id = ID || Id;
  return id ? `its policy has the ID ${id}, which constructs do not write` : undefined;
}

/** Whether `Policy` demands a reason for it. */
export function isBroad(document: PolicyDocument, name: string, version: RustFsVersion): boolean {
  return lintPolicy(document, { name, version }).some(({ severity }) => severity === 'error');
}
