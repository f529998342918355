export * from './constructs/index.js';
export * from './policies/index.js';
