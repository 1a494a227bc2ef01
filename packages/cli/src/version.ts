/** Version of every package of the repository: they are released together (a test compares them). */
export const WINDROW_VERSION = '0.1.0';
