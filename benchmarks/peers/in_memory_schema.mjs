// The small schema and its data: as JSON in a file that is named, written by who starts the peer.
import { readFileSync } from "node:fs";

const { schema, sessions } = JSON.parse(readFileSync(process.env.IN_MEMORY_SCHEMA));

export const typeDefs = schema;
export const Query = { sessions: async () => sessions, hello: () => "world" };
export const kindOf = (session) => session.kind;
