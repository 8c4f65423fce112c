// What an exported page computes, for tests: node in_node.mjs SITE < questions > answers,
// both JSON; arrays of bytes come as base64.

import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";

const site = pathToFileURL(process.argv[2] + "/");
const load = (name) => import(new URL(`writer/${name}.js`, site));
const file = (name) => new Uint8Array(readFileSync(new URL(`model/${name}`, site)));
const { Model, drawLatents } = await load("model");
const { plane } = await load("plane");
const { Random } = await load("random");
const { write, writeWalk } = await load("writing");
const { toGif } = await load("gif");
const { toPng } = await load("png");
const { Products, rowLength } = await load("products");

const model = new Model(
  JSON.parse(readFileSync(new URL("model/model.json", site))),
  file("generator.onnx"),
  file("styles.bin"),
);
const base64 = (bytes) => Buffer.from(bytes).toString("base64");

const ANSWER = {
  /** Numbers of a stream: plan is [[method, how many], ...]. */
  random({ key, plan }) {
    const random = new Random(...key);
    return plan.map(([method, n]) => Array.from({ length: n }, () => random[method]()));
  },
  /** A product of matrices by WebAssembly and by JavaScript. */
  products: ({ left, right, m, k, n }) =>
    [true, false].map((fast) => {
      const products = new Products(fast);
      const wide = Float32Array.from(
        { length: k * rowLength(n) },
        (_, i) => right[Math.floor(i / rowLength(n)) * n + (i % rowLength(n))] ?? 0,
      );
      return [...products.multiply(products.left(left, m, k), products.right(wide), m, k, n)].filter(
        (_, i) => i % rowLength(n) < n,
      );
    }),
  latents: ({ n, size, seed, start }) => drawLatents(n, size, seed, start).map((one) => [...one]),
  digits: ({ labels, asked }) => model.draw(model.recipe(labels, asked)).map(base64),
  plane: ({ asked, columns, rows }) => model.draw(plane(model, asked, columns, rows)).map(base64),
  async write({ asked, height }) {
    try {
      const { grey, ...told } = write(model, asked, height);
      return { ...told, png: base64(await (await toPng({ grey, ...told })).arrayBuffer()) };
    } catch (error) {
      return { refusal: error.message };
    }
  },
  async film({ asked, height }) {
    const steps = writeWalk(model, asked, height);
    return base64(await toGif([...steps, ...steps.slice(1, -1).reverse()]).arrayBuffer());
  },
};

const questions = JSON.parse(readFileSync(0));
const answers = [];
for (const { what, ...question } of questions) answers.push(await ANSWER[what](question));
process.stdout.write(JSON.stringify(answers));
