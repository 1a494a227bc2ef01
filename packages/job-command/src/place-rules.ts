/** How outputs in clouds are held against what is read. Clients are loaded only where a URI asks for them. */
import { parseUri, type PlaceRule } from '@windrow/io';

/** A table is a table, whatever stands after it. */
const tables: PlaceRule = {
  identity: tableOf,
  reads: (input, output) => tableOf(input) === tableOf(output),
};

function tableOf(uri: string): string {
  return uri.replace(/\?.*$/s, '');
}

/** The rules that these outputs need. */
export async function placeRules(
  outputs: readonly string[],
): Promise<Readonly<Record<string, PlaceRule>>> {
  const isToCloudStorage = outputs.some((uri) => parseUri(uri).scheme === 'gs');
  if (!isToCloudStorage) return { bigquery: tables };
  const { gcsPlaceRule } = await import('@windrow/io-gcs');
  return { bigquery: tables, gs: gcsPlaceRule };
}
