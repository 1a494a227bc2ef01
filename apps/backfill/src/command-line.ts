/** A command as a person types it. */

/** Words that a shell would take apart, or change, are put in quotes. */
export function commandLine(name: string, args: readonly string[]): string {
  return [name, ...args.map(quoted)].join(' ');
}

function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`;
}
