/** What it takes to read, for messages. */
export const READ_ROLES =
  'roles/bigquery.readSessionUser on the project that pays and roles/bigquery.dataViewer on the table';
/** The same for a query. */
export const QUERY_ROLES: string = `roles/bigquery.jobUser and ${READ_ROLES}`;
