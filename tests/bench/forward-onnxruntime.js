// Times onnxruntime on an exported network: node forward-onnxruntime.js MODEL.onnx IMAGES SIZE THREADS REPEATS INPUT OUTPUT BATCH…
// INPUT has images as float32, taken over and over; the logits of as many as it has go to OUTPUT, as float32. Prints one
// JSON object: the batch size with the least wall-clock time, and of all the least processor time.
const fs = require('fs');
const path = require('path');

const folder = process.env.ONNXRUNTIME_NODE || 'onnxruntime-node';
const ort = require(folder);

function readFloats(file) {
  const bytes = fs.readFileSync(file);
  return new Float32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4);
}

function makeBatch(images, size, batch) {
  const data = new Float32Array(batch * 3 * size * size);
  for (let at = 0; at < data.length; at += images.length) data.set(images.subarray(0, Math.min(images.length, data.length - at)), at);
  return { input: new ort.Tensor('float32', data, [batch, 3, size, size]) };
}

function median(values) {
  return values.sort((a, b) => a - b)[values.length >> 1];
}

async function measure(session, feed, passes, repeats) {
  const wall = [], processor = [];
  await session.run(feed);
  for (let r = 0; r < repeats; r++) {
    const start = process.hrtime.bigint(), before = process.cpuUsage();
    for (let i = 0; i < passes; i++) await session.run(feed);
    const used = process.cpuUsage(before);
    wall.push(Number(process.hrtime.bigint() - start) * 1e-9);
    processor.push((used.user + used.system) * 1e-6);
  }
  return { wall: median(wall), processor: median(processor) };
}

async function main() {
  const [file, images, size, threads, repeats, input, output, ...batches] = process.argv.slice(2);
  const session = await ort.InferenceSession.create(file, {
    intraOpNumThreads: Number(threads), interOpNumThreads: 1, graphOptimizationLevel: 'all',
  });
  const n = Number(images), s = Number(size), pixels = readFloats(input), given = pixels.length / (3 * s * s);
  const logits = (await session.run(makeBatch(pixels, s, given))).logits.data;
  const best = { median_seconds: Infinity, processor_seconds: Infinity };
  fs.writeFileSync(output, Buffer.from(logits.buffer, logits.byteOffset, logits.byteLength));
  for (const text of batches) {
    const batch = Math.min(Number(text), n);
    const time = await measure(session, makeBatch(pixels, s, batch), Math.ceil(n / batch), Number(repeats));
    if (time.wall < best.median_seconds) { best.median_seconds = time.wall; best.batch = batch; }
    best.processor_seconds = Math.min(best.processor_seconds, time.processor);
  }
  best.version = require(path.join(path.dirname(require.resolve(folder)), '..', 'package.json')).version;
  console.log(JSON.stringify(best));
}

main();
