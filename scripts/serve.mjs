// Serves a folder of static files on 127.0.0.1.
//   node scripts/serve.mjs DIST [PORT]
import { createReadStream, existsSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { createServer } from 'node:http';
import { extname, join, normalize, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The media types of files, by their extension. */
export const TYPES = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.wasm': 'application/wasm',
  '.svg': 'image/svg+xml',
  '.pem': 'application/x-pem-file',
  '.json': 'application/json',
};

/** Starts a server for a folder. Fails if the folder contains no page. */
export async function serve(folder, port = 0) {
  const root = resolve(folder);
  if (!existsSync(join(root, 'index.html'))) {
    throw new Error(`no page in ${root}; run: make page`);
  }
  const server = createServer(async (request, response) => {
    const refuse = (status) =>
      response.writeHead(status, { 'content-type': 'text/plain' }).end(`${status}\n`);
    try {
      if (!['GET', 'HEAD'].includes(request.method)) return refuse(405);
      const path = normalize(decodeURIComponent(new URL(request.url, 'http://x').pathname));
      const file = join(root, path.endsWith(sep) ? join(path, 'index.html') : path);
      if (!file.startsWith(root + sep) || !(await stat(file)).isFile()) return refuse(404);
      response.writeHead(200, {
        'content-type': TYPES[extname(file)] ?? 'application/octet-stream',
        'cache-control': 'no-cache',
        'x-content-type-options': 'nosniff',
      });
      if (request.method === 'HEAD') return response.end();
      createReadStream(file).pipe(response);
    } catch {
      refuse(404);
    }
  });
  return new Promise((done, failed) => {
    server.once('error', failed);
    server.listen(port, '127.0.0.1', () => done(server));
  });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [folder = 'dist', port = '8080'] = process.argv.slice(2);
  try {
    const server = await serve(folder, Number(port));
    console.log(
      `The editor is at http://127.0.0.1:${server.address().port}/ (press Ctrl-C to stop)`,
    );
  } catch (error) {
    const help =
      error.code === 'EADDRINUSE'
        ? `port ${port} is in use; run: make run PORT=8081`
        : error.message;
    console.error(`error: ${help}`);
    process.exit(1);
  }
}
