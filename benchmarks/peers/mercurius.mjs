// Mercurius, with or without its JIT: node mercurius.mjs PORT [jit]
import Fastify from "fastify";
import mercurius from "mercurius";
import { Query, kindOf, typeDefs } from "./in_memory_schema.mjs";

const [port, jit] = process.argv.slice(2);
const app = Fastify();
app.register(mercurius, {
  schema: typeDefs,
  resolvers: { Query, AISession: { resolveType: kindOf } },
  jit: jit ? 1 : 0,
  path: "/",
});
app.listen({ port: Number(port), host: "127.0.0.1" });
