// What an exported page computes, for tests: node in_node.mjs SITE < requests > answers,
// both JSON; arrays of bytes come as base64.

import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";

const site = pathToFileURL(process.argv[2] + "/");
const load = (name) => import(new URL(`worker/${name}.js`, site).href);
const read = (name) => new Uint8Array(readFileSync(new URL(`model/${name}`, site)));
const { model: defaults } = await load("../constants");
const { drawLatents } = await load("random_streams");
const { RandomGenerator } = await load("random_generator");
const { torusInputs } = await load("latent_torus");
const { Sampler } = await load("sampler");
const { write, writeWalk } = await load("model");
const { toGif } = await load("gif");
const { toPng } = await load("png");
const { MatrixMultiplier, paddedLength } = await load("matmul");

const description = JSON.parse(readFileSync(new URL("model/model.json", site), "utf8"));
const sampler = new Sampler(description, read("generator.onnx"), read("styles.bin"));
const base64 = (bytes) => Buffer.from(bytes).toString("base64");
const drawn = (inputs) => sampler.draw(inputs).map(({ data }) => base64(data));

const METHODS = {
  /** Numbers of a stream: plan is [[method, how many], ...]. */
  random({ key, plan }) {
    const random = new RandomGenerator(...key);
    return plan.map(([method, n]) => Array.from({ length: n }, () => random[method]()));
  },
  /** A product of matrices by WebAssembly and by JavaScript. */
  matmul: ({ left, right, m, k, n }) =>
    [true, false].map((wasm) => {
      const multiplier = new MatrixMultiplier(wasm);
      const wide = paddedLength(n);
      const padded = Float32Array.from({ length: k * wide }, (_, i) => right[Math.floor(i / wide) * n + (i % wide)] ?? 0);
      const product = multiplier.multiply(multiplier.storeLeft(left, m, k), multiplier.storeRight(padded), m, k, n);
      return [...product].filter((_, i) => i % wide < n);
    }),
  latents: ({ n, size, seed, start }) => drawLatents(n, size, seed, start).map((one) => [...one]),
  digits: ({ labels, style }) => drawn(sampler.generatorInputs(labels, style)),
  torus: ({ state, columns, rows }) => drawn(torusInputs(sampler, state, columns, rows)),
  async write({ state, height }) {
    try {
      const { grey, ...written } = write(sampler, state, height);
      return { ...written, png: base64(await (await toPng({ grey, ...written })).arrayBuffer()) };
    } catch (error) {
      return { refusal: error.message };
    }
  },
  async film({ state, height }) {
    const steps = writeWalk(sampler, state, height, defaults.WALK_FRAMES);
    return base64(await toGif([...steps, ...steps.slice(1, -1).reverse()]).arrayBuffer());
  },
};

const requests = JSON.parse(readFileSync(0, "utf8"));
const answers = [];
for (const { method, ...request } of requests) answers.push(await METHODS[method](request));
process.stdout.write(JSON.stringify(answers));
