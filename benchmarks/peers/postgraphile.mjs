// PostGraphile over the tables of a database: node postgraphile.mjs PORT, with DATABASE_URL.
import { createServer } from "node:http";
import { postgraphile } from "postgraphile";
import { makePgService } from "postgraphile/adaptors/pg";
import { grafserv } from "postgraphile/grafserv/node";
import { PostGraphileAmberPreset } from "postgraphile/presets/amber";

const server = createServer();
const instance = postgraphile({
  extends: [PostGraphileAmberPreset],
  pgServices: [
    makePgService({ connectionString: process.env.DATABASE_URL, schemas: ["public"] }),
  ],
  grafserv: { graphqlPath: "/", graphiql: false, watch: false },
  grafast: { explain: false },
});
const serv = instance.createServ(grafserv);
await serv.addTo(server);
await serv.ready();
server.listen(Number(process.argv[2]), "127.0.0.1");
