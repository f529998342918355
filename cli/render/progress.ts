import { Listr } from 'listr2';

/** One line of machine-readable output. */
export type CliEvent = { readonly type: string } & Readonly<Record<string, unknown>>;

export interface Progress {
  /** Runs one step of long work. `update` shows what it is at; a thrown error marks the step as failed and passes on. */
  step<T>(title: string, work: (update: (text: string) => void) => Promise<T>): Promise<T>;
  /** A line of text for people; nothing with `--json`. */
  line(text?: string): void;
  /** An event for machines; nothing without `--json`. */
  event(event: CliEvent): void;
}

/** Narrower terminals make listr2 wrap after every character (seen with listr2 9.0.5). */
const MINIMUM_COLUMNS = 20;

/** Progress as NDJSON on stdout: `step-started`, `step-done`, `step-failed` and whatever `event` is given. */
function jsonProgress(): Progress {
  const event = (value: CliEvent) => void process.stdout.write(`${JSON.stringify(value)}\n`);
  return {
    event,
    line: () => {},
    async step(title, work) {
      event({ type: 'step-started', step: title });
      try {
        const result = await work(() => {});
        event({ type: 'step-done', step: title });
        return result;
      } catch (error) {
        event({ type: 'step-failed', step: title });
        throw error;
      }
    },
  };
}

/** Progress with spinners on a terminal and as plain lines when piped. */
function textProgress(): Progress {
  const animated = process.stdout.isTTY === true && process.stdout.columns >= MINIMUM_COLUMNS;
  return {
    event: () => {},
    line: (text = '') => void process.stdout.write(`${text}\n`),
    async step(title, work) {
      let result: { readonly value: Awaited<ReturnType<typeof work>> } | undefined;
      const list = new Listr(
        [
          {
            title,
            task: async (_, task) => {
              result = {
                value: await work((text) => {
                  if (animated) task.output = text;
                }),
              };
            },
          },
        ],
        { renderer: animated ? 'default' : 'simple', collectErrors: false },
      );
      await list.run();
      if (result === undefined) throw new Error(`step "${title}" ended without a result`);
      return result.value;
    },
  };
}

export function createProgress(json: boolean): Progress {
  return json ? jsonProgress() : textProgress();
}
