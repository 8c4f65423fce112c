// What benchmarks/web.py runs inside an exported page.

const MANY = 5; // rounds of a whole plane
const WARM_UP = 5; // rounds that do not count

const bytes = async () => new Uint8Array(await (await fetch("model/generator.onnx")).arrayBuffer());

async function own(wasm) {
  const { OnnxSession } = await import("./worker/onnx_session.js");
  const { MatrixMultiplier } = await import("./worker/matmul.js");
  const session = new OnnxSession(await bytes(), new MatrixMultiplier(wasm));
  return (inputs) => session.run(inputs);
}

async function runtime() {
  const ort = await import("./runtime/ort.wasm.min.mjs");
  ort.env.wasm.numThreads = 1;
  const session = await ort.InferenceSession.create(await bytes());
  return ({ latents, label, thickness, slant }) => {
    const tensor = (type, values, shape) => new ort.Tensor(type, values, shape);
    const n = latents.length;
    return session.run({
      latents: tensor("float32", Float32Array.from(latents.flatMap((row) => [...row])), [n, latents[0].length]),
      label: tensor("int32", Int32Array.from(label), [n]),
      thickness: tensor("float32", Float32Array.from(thickness), [n]),
      slant: tensor("float32", Float32Array.from(slant), [n]),
    });
  };
}

const OPEN = { wasm: () => own(true), plain: () => own(false), runtime };

/** Milliseconds until the first digits, of four digits, and of a plane of 144. */
export async function draw(which, rounds) {
  const begun = performance.now();
  const drawer = await OPEN[which]();
  await drawer(inputs(4));
  const first = performance.now() - begun;
  await timed(WARM_UP, () => drawer(inputs(4)));
  return { first, few: await timed(rounds, () => drawer(inputs(4))), many: await timed(MANY, () => drawer(inputs(144))) };
}

/** Milliseconds from a slider's request to the picture. */
export async function slide(rounds) {
  const { number } = await import("./source.js");
  let step = 0;
  const request = () => number({ text: "2026", seed: 7, thickness: 2 + ++step / 100 });
  await timed(WARM_UP, request);
  return timed(rounds, request);
}

async function timed(rounds, work) {
  const times = [];
  for (let i = 0; i < rounds; i++) {
    const start = performance.now();
    await work();
    times.push(performance.now() - start);
  }
  return times;
}

function inputs(n) {
  return {
    latents: Array.from({ length: n }, () => Float32Array.from({ length: 64 }, () => Math.random() - 0.5)),
    label: Array.from({ length: n }, (_, i) => i % 10),
    thickness: Array(n).fill(2.5),
    slant: Array(n).fill(5),
  };
}
