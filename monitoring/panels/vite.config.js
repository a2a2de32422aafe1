// Some of Grafana's libraries read Node's globals.
export default {
  esbuild: { jsx: 'automatic' },
  define: { 'process.env.NODE_ENV': '"production"', 'process.env': '{}', global: 'window' },
  resolve: { dedupe: ['react', 'react-dom'] },
  build: { outDir: 'target/page', minify: false, chunkSizeWarningLimit: 99999, reportCompressedSize: false },
  logLevel: 'error',
};
