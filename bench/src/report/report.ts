/** `results/<name>.json` for machines, `results/<name>.md` for people. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { formatBytes } from '@windrow/cli';
import { describeCommit, describeMachine, versionsOf } from './machine.ts';

export interface Report {
  readonly name: string;
  /** What makes it again, after `npm run bench --`; default: the name. */
  readonly again?: string;
  readonly title: string;
  /** What was done, as paragraphs. */
  readonly text: readonly string[];
  readonly sections: readonly Section[];
  /** Everything, for the JSON file. */
  readonly data: object;
}

/** A table with its heading and what is to be said of it. */
export interface Section {
  readonly title: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
  readonly notes: readonly string[];
}

export interface ReportOptions {
  readonly folder: string;
  /** `2026-11-22`. */
  readonly date: string;
  /** npm packages whose versions matter. */
  readonly packages: readonly string[];
  readonly small: boolean;
}

/** Writes both files; gives back the page. */
export function writeReport(report: Report, options: ReportOptions): string {
  const machine = describeMachine();
  const versions = versionsOf(options.packages);
  const origin = { date: options.date, commit: describeCommit(), small: options.small };
  const page = [
    `# ${report.title}`,
    ...(options.small
      ? ['**The small size: it shows that the benchmark runs, and nothing else.**']
      : []),
    ...report.text,
    ...report.sections.map(pageOf),
    `${origin.date}, commit ${origin.commit}; ${machine.cpu}, ${machine.cores} cores, ${formatBytes(machine.memoryBytes)} of memory, ${machine.system}; ${Object.entries(
      versions,
    )
      .map(([name, version]) => `${name} ${version}`)
      .join(', ')}.`,
    `Run again with \`npm run bench -- ${report.again ?? report.name}\`.`,
  ].join('\n\n');
  mkdirSync(options.folder, { recursive: true });
  const json = { name: report.name, ...origin, machine, versions, ...report.data };
  writeFileSync(join(options.folder, `${report.name}.json`), `${JSON.stringify(json, null, 2)}\n`);
  writeFileSync(join(options.folder, `${report.name}.md`), `${page}\n`);
  return page;
}

function pageOf({ title, columns, rows, notes }: Section): string {
  const table = [columns, columns.map((_, i) => (i === 0 ? '---' : '---:')), ...rows].map(
    (row) => `| ${row.join(' | ')} |`,
  );
  return [`## ${title}`, table.join('\n'), ...notes].join('\n\n');
}
