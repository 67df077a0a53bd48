// Times onnxruntime on an exported network: node forward-onnxruntime.js MODEL.onnx IMAGES SIZE THREADS REPEATS BATCH…
const path = require('path');
const ort = require(process.env.ONNXRUNTIME_NODE || 'onnxruntime-node');

async function main() {
  const [file, images, size, threads, repeats, ...batches] = process.argv.slice(2);
  const session = await ort.InferenceSession.create(file, {
    intraOpNumThreads: Number(threads), interOpNumThreads: 1, graphOptimizationLevel: 'all',
  });
  const n = Number(images), s = Number(size);
  let best = Infinity, bestBatch = 0;
  for (const text of batches) {
    const batch = Math.min(Number(text), n);
    const data = new Float32Array(batch * 3 * s * s).map(() => 4 * Math.random() - 2);
    const feed = { input: new ort.Tensor('float32', data, [batch, 3, s, s]) };
    const times = [];
    await session.run(feed);
    for (let r = 0; r < Number(repeats); r++) {
      const start = process.hrtime.bigint();
      for (let done = 0; done < n; done += batch) await session.run(feed);
      times.push(Number(process.hrtime.bigint() - start) * 1e-9);
    }
    times.sort((a, b) => a - b);
    if (times[times.length >> 1] < best) { best = times[times.length >> 1]; bestBatch = batch; }
  }
  console.log(JSON.stringify({ median_seconds: best, batch: bestBatch, version: require(path.join(path.dirname(require.resolve(process.env.ONNXRUNTIME_NODE || 'onnxruntime-node')), '..', 'package.json')).version }));
}

main();
