import type { StorageEvent } from './project.js';
import type { EventStore } from './store.js';

interface EventMemory extends Pick<EventStore, 'since' | 'subscribe'> {
  /** Those that are not remembered, each once. */
  newOf(events: readonly StorageEvent[]): readonly StorageEvent[];
  /** Tells who subscribed, too. */
  remember(events: readonly StorageEvent[]): void;
}

/** The last events, in the order in which they came in. @param remembered how many at the most */
export function eventMemory(remembered: number): EventMemory {
  const known = new Map<string, StorageEvent>();
  const listeners = new Set<(event: StorageEvent) => void>();
  return {
    newOf: (events) => [
      ...new Map(events.filter(({ id }) => !known.has(id)).map((event) => [event.id, event])).values(),
    ],
    remember(events) {
      for (const event of events) {
        known.set(event.id, event);
        if (known.size > remembered) known.delete(known.keys().next().value ?? '');
        for (const listener of listeners) listener(event);
      }
    },
    since(id) {
      const events = [...known.values()];
      return events.slice(events.findIndex((event) => event.id === id) + 1);
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
