import { defineConfig } from "vitest/config";

// The bundle is embedded in the server's binary by name: three files, no hashes in their names, nothing inline (the page is served
// under a Content-Security-Policy that forbids it). Addresses are relative, so that a proxy may serve the page under a path.
export default defineConfig({
  base: "./",
  esbuild: { jsx: "automatic", jsxImportSource: "preact", legalComments: "none" },
  build: {
    target: "es2022",
    modulePreload: false,
    cssCodeSplit: false,
    assetsInlineLimit: 0,
    rollupOptions: {
      output: { entryFileNames: "app.js", assetFileNames: "app.[ext]", inlineDynamicImports: true },
    },
  },
  test: { include: ["src/**/*.test.ts"], environment: "node" },
});
