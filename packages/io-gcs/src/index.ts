/** Cloud Storage: files by prefix as a source, and a store of blobs. */
export {};
