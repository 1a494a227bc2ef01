/** ClickHouse as a source of samples: over HTTP, or embedded (chdb). */
export {};
