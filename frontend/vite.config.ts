import { defineConfig } from 'vite';
import { basemap } from './build/basemap/plugin.ts';
import { licences } from './build/licences.ts';
import { precompress } from './build/precompress.ts';

// Django serves the result: `manifest.json` tells it the hashed names, `base` is its STATIC_URL.
export default defineConfig({
  base: '/static/',
  plugins: [basemap(), licences(), precompress()],
  build: {
    manifest: 'manifest.json',
    target: 'es2022',
    assetsInlineLimit: 0, // images as data: URLs would be sent again with every change of a script
    chunkSizeWarningLimit: 1200, // MapLibre is 1.1 MB before compression
    rollupOptions: {
      input: ['src/map/main.ts', 'src/drive/main.ts', 'src/site/main.ts', 'src/portal/main.ts', 'src/site/site.css'],
    },
  },
});
