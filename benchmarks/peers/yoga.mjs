// Yoga, with or without graphql-jit: node yoga.mjs PORT [jit]
import { createServer } from "node:http";
import { useGraphQlJit } from "@envelop/graphql-jit";
import { createSchema, createYoga } from "graphql-yoga";
import { Query, kindOf, typeDefs } from "./in_memory_schema.mjs";

const [port, jit] = process.argv.slice(2);
const yoga = createYoga({
  schema: createSchema({ typeDefs, resolvers: { Query, AISession: { __resolveType: kindOf } } }),
  graphqlEndpoint: "/",
  logging: false,
  plugins: jit ? [useGraphQlJit()] : [],
});
createServer(yoga).listen(Number(port), "127.0.0.1");
