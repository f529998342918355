import { type ITerraformDependable, type LocalExecProvisioner, TerraformResource } from 'cdktf';
import type { Construct } from 'constructs';

export interface TerraformDataProps {
  /** The provisioners run again when one of these values changes. @default - they run once */
  readonly triggersReplace?: Readonly<Record<string, string>>;
  readonly provisioners: readonly LocalExecProvisioner[];
  readonly dependsOn?: readonly ITerraformDependable[];
  /** Comes out as attribute `output`, once the provisioners have run. @default - nothing */
  readonly input?: string;
}

/**
 * Terraform's built-in `terraform_data` (Terraform ≥ 1.4, OpenTofu). Unlike cdktf's DataResource it doesn't ask for a
 * `terraform` binary at synthesis, which CI machines that only synthesize, and OpenTofu's users, don't have.
 */
export class TerraformData extends TerraformResource {
  readonly #triggersReplace: Readonly<Record<string, string>> | undefined;
  readonly #input: string | undefined;

  constructor(scope: Construct, id: string, { triggersReplace, provisioners, dependsOn, input }: TerraformDataProps) {
    super(scope, id, {
      terraformResourceType: 'terraform_data',
      terraformGeneratorMetadata: { providerName: 'terraform' },
      provisioners: [...provisioners],
      ...(dependsOn ? { dependsOn: [...dependsOn] } : {}),
    });
    this.#triggersReplace = triggersReplace;
    this.#input = input;
  }

  protected override synthesizeAttributes(): Record<string, unknown> {
    return {
      ...(this.#triggersReplace && { triggers_replace: this.#triggersReplace }),
      ...(this.#input !== undefined && { input: this.#input }),
    };
  }
}
