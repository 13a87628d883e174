import { defineConfig } from 'vite';
import { basemap } from './build/basemap/plugin';
import { precompress } from './build/precompress';

// Django serves the result: `manifest.json` tells it the hashed names, `base` is its STATIC_URL.
export default defineConfig({
  base: '/static/',
  plugins: [basemap(), precompress()],
  build: {
    manifest: 'manifest.json',
    target: 'es2022',
    // A data: URL in a script would be a second copy of what the page could have cached.
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 1200, // MapLibre is 1.1 MB before compression
    rollupOptions: { input: ['src/map/main.ts', 'src/drive/main.ts', 'src/site/site.css'] },
  },
});
