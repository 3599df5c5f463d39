// The documents of the folder above, the same for all clients.
import { readFileSync } from 'node:fs';

const read = (name) => readFileSync(new URL(`../documents/${name}.graphql`, import.meta.url), 'utf8');

export const ANSWER = read('answer');
export const DASHBOARD = read('dashboard');
export const DELETE = read('delete');
export const RATE = read('rate');
export const READ = read('read');
export const SEND = read('send');
export const START = read('start');
