import { scorerContract } from './scorer-contract.ts';

scorerContract('models on this thread', {});
scorerContract('two workers', { workers: 2 });
scorerContract('a worker with room for one model', { workers: 1, loadedModelsMax: 1 });
