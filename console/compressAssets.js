import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';

const TEXT = /\.(css|js|svg|ttf)$/;
/** Below this many bytes an answer fits one packet, whether or not it is compressed. */
const MIN_BYTES = 1000;

/**
 * A plugin of Vite that writes each asset compressed beside it. The server sends what the browser
 * accepts (`server/pages/static_files.py`).
 */
export function compressAssets() {
  return {
    name: 'compress-assets',
    apply: 'build',
    async writeBundle({ dir }, bundle) {
      const files = Object.keys(bundle).filter((name) => TEXT.test(name));
      await Promise.all(files.map((name) => compressFile(join(dir, name))));
    },
  };
}

async function compressFile(path) {
  const contents = await readFile(path);
  if (contents.length < MIN_BYTES) return;
  const params = { [constants.BROTLI_PARAM_SIZE_HINT]: contents.length };
  await writeFile(`${path}.br`, await promisify(brotliCompress)(contents, { params }));
  await writeFile(`${path}.gz`, await promisify(gzip)(contents, { level: 9 }));
}
