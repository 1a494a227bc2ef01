/** Places in the checkout, absolute. */
import { join } from 'node:path';

export const REPOSITORY: string = join(import.meta.dirname, '../..');
/** The model store with the bundled model. */
export const MODELS: string = join(REPOSITORY, 'models');
/** What benchmarks generate and keep; not in git. */
export const DATA: string = join(REPOSITORY, 'bench', '.data');
/** What benchmarks found out; in git. */
export const RESULTS: string = join(REPOSITORY, 'bench', 'results');
/** The source of a command. */
export const appMain = (app: string): string => join(REPOSITORY, 'apps', app, 'src', 'main.ts');
