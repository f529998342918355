import { type Command, InvalidArgumentError, Option } from 'commander';
import { RULE_IDS, RUSTFS_VERSIONS, type RuleId } from '../policies/index.js';
import { onServer } from './options.js';

const DEFAULT_OBJECTS = 100;

function objects(value: string): number | 'all' {
  if (value === 'all') return 'all';
  if (!/^\d+$/.test(value)) throw new InvalidArgumentError('expected a number of objects, or all');
  return Number(value);
}

function rules(value: string, earlier: readonly RuleId[] = []): readonly RuleId[] {
  const rule = RULE_IDS.find((id) => id === value);
  if (rule === undefined) throw new InvalidArgumentError('expected a rule of docs/upgrades.md, such as force-delete');
  return [...earlier, rule];
}

export function addPreflightCommand(program: Command): void {
  onServer(
    program
      .command('preflight')
      .description('what changing the RustFS version breaks for this estate; exit code 2 when it breaks something')
      .addOption(new Option('--from <version>', 'version that runs now').choices(RUSTFS_VERSIONS).makeOptionMandatory())
      .addOption(new Option('--to <version>', 'version that will run').choices(RUSTFS_VERSIONS).makeOptionMandatory())
      .option('--manifest <file>', 'manifest.json of the stack')
      .option('--no-server', 'look at the manifest alone')
      .option('--server-env <file>', 'environment of the server as it will be started, NAME=value in lines')
      .addOption(
        new Option('--objects <n>', 'objects of each bucket that are asked for their encryption, or all')
          .default(DEFAULT_OBJECTS)
          .argParser(objects),
      )
      .option('--fix', 'fix what can be fixed, before the version is changed, and look again')
      .option(
        '--keep-rights',
        'with --fix: also add the actions that the new version wants for the rights of the old one',
      )
      .option('--backup <file>', 'where --fix notes down what it replaces', 'preflight-backup.json')
      .addOption(
        new Option('--accept <rule...>', 'rules whose findings are accepted: shown, but not counted').argParser(rules),
      ),
  ).action(async (options) => {
    process.exitCode = await (await import('./commands/preflight.js')).preflightCommand(options);
  });
}
