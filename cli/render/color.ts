import pc from 'picocolors';

/** Colours for one stream: only on a terminal, or when FORCE_COLOR asks for them; never with NO_COLOR. */
function colorsFor(stream: NodeJS.WriteStream) {
  const { NO_COLOR, FORCE_COLOR } = process.env;
  // Not picocolors' own guess, which also colours piped output wherever CI is set.
  return pc.createColors(!NO_COLOR && (Boolean(FORCE_COLOR) || stream.isTTY === true));
}

export const colors = colorsFor(process.stdout);
export const errorColors = colorsFor(process.stderr);
