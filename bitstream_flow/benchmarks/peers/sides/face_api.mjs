// SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
// SPDX-License-Identifier: BSD-3-Clause
// face-api.js' faceLandmark68Net on the whole picture, by TensorFlow.js' wasm backend with one
// thread: `face_api.mjs SIDE FOLDER`, where FOLDER has the node_modules. Answers as answer.py says.
import fs from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";

console.log = console.warn = console.error; // stdout is for answers
const side = Number(process.argv[2]);
const require = createRequire(path.resolve(process.argv[3], "node_modules", "here.js"));
const folderOf = (name) => path.dirname(require.resolve(`${name}/package.json`));

const wasm = require("@tensorflow/tfjs-backend-wasm");
wasm.setWasmPaths(path.join(folderOf("@tensorflow/tfjs-backend-wasm"), "dist") + path.sep);
wasm.setThreadsCount(1);
const faceapi = require("@vladmandic/face-api/dist/face-api.node-wasm.js");
await faceapi.tf.setBackend("wasm");
await faceapi.tf.ready();
const net = faceapi.nets.faceLandmark68Net;
await net.loadFromDisk(path.join(folderOf("@vladmandic/face-api"), "model"));

function read(buffer) {
  let filled = 0;
  while (filled < buffer.length) {
    const count = fs.readSync(0, buffer, filled, buffer.length - filled, null);
    if (count === 0) return false;
    filled += count;
  }
  return true;
}

function write(buffer) {
  for (let done = 0; done < buffer.length; ) done += fs.writeSync(1, buffer, done);
}

const { version } = require("@vladmandic/face-api/package.json");
const name = `face-api.js ${version}, tfjs ${faceapi.tf.version_core} ${faceapi.tf.getBackend()}`;
write(Buffer.from(JSON.stringify({ version: name, points: 68 }) + "\n"));

const picture = Buffer.alloc(side * side * 3);
const reply = Buffer.alloc(8 + 68 * 2 * 4);
while (read(picture)) {
  const before = process.cpuUsage();
  const tensor = faceapi.tf.tensor3d(new Uint8Array(picture), [side, side, 3], "int32");
  const { positions } = await net.detectLandmarks(tensor);
  tensor.dispose();
  const spent = process.cpuUsage(before);
  reply.writeDoubleLE((spent.user + spent.system) / 1e6, 0);
  positions.forEach(({ x, y }, index) => {
    // From edges, as fractions of the side have it, to integer centres.
    reply.writeFloatLE(x - 0.5, 8 + 8 * index);
    reply.writeFloatLE(y - 0.5, 12 + 8 * index);
  });
  write(reply);
}
