/** What the process gives a connection to Pub/Sub: this package reads no environment variables and throws no dice. */

export interface PubSubEnvironment {
  /** Uniform in [0, 1): spreads the retries of many processes. */
  readonly random: () => number;
  /**
   * `host:port` of an emulator, as PUBSUB_EMULATOR_HOST holds it: spoken to in plain text, without credentials. null: Google's
   * service, with the credentials of the environment (Application Default Credentials). An `endpoint` in a URI comes first.
   */
  readonly emulatorHost: string | null;
}
