import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Plugin } from 'vite';

const PACKAGE = /^.*\/node_modules\/(?:@[^/]+\/)?[^/]+(?=\/)/;

/** Puts the licences of all packages whose code is in the bundle into `licences.txt`. */
export function licences(): Plugin {
  return {
    name: 'licences',
    apply: 'build',
    async generateBundle(_options, bundle) {
      const chunks = Object.values(bundle).filter((part) => part.type === 'chunk');
      const found = chunks.flatMap((chunk) => chunk.moduleIds).map((id) => PACKAGE.exec(id)?.[0]);
      const folders = [...new Set(found.filter((folder) => folder !== undefined))].sort();
      const texts = await Promise.all(folders.map(licence));
      this.emitFile({ type: 'asset', fileName: 'licences.txt', source: texts.join('\n\n\n') });
    },
  };
}

async function licence(folder: string): Promise<string> {
  const { name, version } = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8'));
  const file = (await readdir(folder)).find((one) => /^licen[cs]e/i.test(one));
  if (!file) throw new Error(`${name} is bundled and has no licence file`);
  return `${name} ${version}\n\n${(await readFile(join(folder, file), 'utf8')).trim()}\n`;
}
