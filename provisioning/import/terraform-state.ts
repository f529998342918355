import * as z from 'zod';
import { ProvisioningError } from '../errors.js';

/** One instance of a managed resource. */
export interface StateResource {
  /** Such as `minio_iam_user.app["a"]`. */
  readonly address: string;
  readonly type: string;
  readonly attributes: Readonly<Record<string, unknown>>;
}

/** What is needed of state file format 4, which Terraform ≥ 0.12 and OpenTofu write. */
const stateSchema = z.object({
  version: z.literal(4),
  resources: z.array(
    z.object({
      module: z.string().optional(),
      mode: z.string(),
      type: z.string(),
      name: z.string(),
      instances: z.array(
        z.object({
          index_key: z.union([z.string(), z.number()]).optional(),
          attributes: z.record(z.string(), z.unknown()).optional(),
        }),
      ),
    }),
  ),
});

const instance = (key: string | number | undefined) => (key === undefined ? '' : `[${JSON.stringify(key)}]`);

/**
 * The managed resources of a Terraform state file.
 *
 * @throws ProvisioningError if it is none; the message has nothing of its content, which may be secret
 */
export function readTerraformState(text: string, file: string): readonly StateResource[] {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw new ProvisioningError(`${file} is no JSON: expected a Terraform state, as "terraform state pull" prints it`);
  }
  const state = stateSchema.safeParse(json);
  if (!state.success) {
    const where = state.error.issues[0]?.path.join('.') || 'its root';
    throw new ProvisioningError(
      `${file} is no Terraform state of format 4 (at ${where}): expected what "terraform state pull" prints`,
    );
  }
  return state.data.resources
    .filter(({ mode }) => mode === 'managed')
    .flatMap(({ module, type, name, instances }) =>
      instances.map(({ index_key, attributes = {} }) => ({
        address: `${module ? `${module}.` : ''}${type}.${name}${instance(index_key)}`,
        type,
        attributes,
      })),
    );
}
