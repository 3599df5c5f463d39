// Writes the documents as Relay's compiler reads them, in a module named `Work`.
//
//   node write_relay_sources.mjs FOLDER
import { writeFile } from 'node:fs/promises';

import * as documents from './documents.mjs';

const [folder] = process.argv.slice(2);
const tagged = Object.values(documents).map((document) => `graphql\`${document}\`;\n`);
const lines = ["import { graphql } from 'relay-runtime';\n", ...tagged];
await writeFile(`${folder}/Work.js`, lines.join('\n'));
console.log(null);
