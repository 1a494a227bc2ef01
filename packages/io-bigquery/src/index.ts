/** BigQuery as a source (Storage Read API, Arrow) and a sink (Storage Write API). */
export {};
