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
const { toSvg } = await load("vector_graphics");
const { MatrixMultiplier, paddedLength } = await load("matmul");

const description = JSON.parse(readFileSync(new URL("model/model.json", site), "utf8"));
const sampler = new Sampler(description, read("generator.onnx"), read("styles.bin"));
const base64 = (bytes) => Buffer.from(bytes).toString("base64");
const drawn = (inputs) => sampler.draw(inputs).map(({ data }) => base64(data));

/** How a function changes along a direction, by its gradient and by two of its values. */
async function slopes(loss, weights, seed) {
  const { grad, random, tree } = await import(new URL("gan/jax-js/index.js", site).href);
  let key = seed;
  const direction = tree.map((w) => random.normal(random.key(key++), w.shape), weights);
  const inner = (a, b) => tree.leaves(tree.map((x, y) => x.mul(y).sum(), a, b)).reduce((sum, one) => sum + one.js(), 0);
  const at = (t) => loss(tree.map((w, v) => w.add(v.mul(t)), tree.ref(weights), tree.ref(direction))).js();
  return [inner(grad(loss)(tree.ref(weights)), tree.ref(direction)), (at(1e-5) - at(-1e-5)) / 2e-5];
}

const METHODS = {
  /** Slopes of both players' losses, each by its gradient and by differences. */
  async slopes() {
    const load = (name) => import(new URL(`gan/${name}.js`, site).href);
    const [{ prepare }, players, losses] = await Promise.all(["trainer", "players", "losses"].map(load));
    const { nn, numpy: np, random, tree } = await load("jax-js/index");
    await prepare();
    const labels = nn.oneHot(np.array([...Array(20).keys()].map((i) => i % 10), { dtype: np.int32 }), 10);
    const normal = (seed, ...shape) => random.normal(random.key(seed), shape);
    const [real, fake, noise, latents] = [normal(1, 20, 400), normal(2, 20, 400), normal(3, 40, 400), normal(4, 20, players.LATENTS)];
    const [generator, discriminator] = [players.newGenerator(5), players.newDiscriminator(6)];
    const ofDiscriminator = (w) => losses.discriminatorLoss(w, real.ref, fake.ref, labels.ref, noise.ref, 0.1)[0];
    const ofGenerator = (w) => losses.generatorLoss(tree.ref(discriminator), players.generator(w, latents.ref, labels.ref), labels.ref);
    return [await slopes(ofDiscriminator, tree.ref(discriminator), 7), await slopes(ofGenerator, generator, 70)];
  },
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
      return { ...written, svg: toSvg(written, state.text), png: base64(await (await toPng({ grey, ...written })).arrayBuffer()) };
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
