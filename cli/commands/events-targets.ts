import { eventTargetName } from '../../manifest/index.js';
import { type ConnectionOptions, connect, describeServer } from '../connection.js';
import { EXIT } from '../exit-codes.js';
import { colors as pc } from '../render/color.js';
import { renderTable } from '../render/table.js';

/** `events targets`: every target that is declared or that the server has, and its state. 2 when a declared one is not online. */
export async function eventsTargetsCommand(options: ConnectionOptions): Promise<number> {
  const session = await connect(options);
  try {
    const { estate } = await session.plan({ allTargets: true });
    const declared = new Map((session.manifest.eventTargets ?? []).map((target) => [eventTargetName(target), target]));
    const { targets, modules, unreadable } = estate.events ?? {};
    const names = [...new Set([...declared.keys(), ...(targets?.keys() ?? [])])].sort();
    const rows = names.map((name) => {
      const observed = targets?.get(name);
      return {
        name,
        declared: declared.has(name),
        managedBy: declared.get(name)?.managedBy ?? (observed?.fromEnvironment ? 'environment' : 'api'),
        status: observed?.status ?? (observed ? 'unknown' : 'absent'),
        ...(observed?.reason ? { reason: observed.reason } : {}),
      };
    });
    const offline = rows.some(({ declared, status }) => declared && status !== 'online');
    if (options.json) {
      console.log(JSON.stringify({ emulated: session.server.emulated, modules, targets: rows, unreadable }));
      return offline ? EXIT.changes : EXIT.ok;
    }
    console.log(describeServer(session));
    for (const purpose of ['notify', 'audit'] as const)
      console.log(`${purpose}: ${modules?.[purpose].enabled ? 'on' : 'off'} (${modules?.[purpose].source})`);
    const cells = rows.map(({ name, declared, managedBy, status, reason }) => [
      name,
      declared ? 'declared' : pc.yellow('undeclared'),
      managedBy,
      status === 'online' ? pc.green(status) : pc.red(`${status}${reason ? ` (${reason})` : ''}`),
    ]);
    if (rows.length > 0) console.log(renderTable(['target', 'manifest', 'managed by', 'state'], cells));
    else console.log('no event targets');
    for (const why of Object.values(unreadable ?? {})) console.log(pc.red(why));
    return offline ? EXIT.changes : EXIT.ok;
  } finally {
    session.close();
  }
}
