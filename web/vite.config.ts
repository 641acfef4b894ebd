// How the console is built, served in development, and tested. Whatever is built goes into the binary.
import { fileURLToPath } from 'node:url';
import tailwindcss from '@tailwindcss/vite';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vitest/config';

const server = process.env.TENANTRY_URL ?? 'http://127.0.0.1:7432';
const token = process.env.TENANTRY_TOKEN;

export default defineConfig({
  plugins: [react(), tailwindcss()],
  resolve: { alias: { '@': fileURLToPath(new URL('./src', import.meta.url)) } },
  build: {
    target: 'es2023',
    assetsInlineLimit: 0,
    manifest: true,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 1000,
    rolldownOptions: {
      output: {
        // many small chunks compress worse than one: what three pages share is one file
        codeSplitting: {
          groups: [{ name: 'kit', test: /node_modules|packages\/react/, minShareCount: 3 }],
        },
      },
    },
  },
  server: {
    proxy: {
      // In development the page comes from Vite and its data from a server. The host is handed on as it is, because
      // the server wants changes to come from its own pages. A token in the environment saves signing in; a build
      // knows nothing of it.
      '/api': { target: server, headers: token ? { authorization: `Bearer ${token}` } : {} },
      '/healthz': { target: server },
    },
  },
  test: {
    environment: 'jsdom',
    include: ['src/**/*.test.{ts,tsx}'],
    setupFiles: ['./src/test-setup.ts'],
    css: false,
  },
});
