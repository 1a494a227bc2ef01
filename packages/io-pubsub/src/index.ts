/** Pub/Sub as a source of samples and a sink of predictions, exactly once in effect. */
export * from './check-pubsub.ts';
export * from './pubsub-environment.ts';
export { openPubSubSource } from './subscription-source.ts';
export { openPubSubDeadLetterSink, openPubSubPredictionSink } from './topic-sink.ts';
