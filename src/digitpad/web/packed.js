/** Unpacks what `digitpad.explanation.formats` packs: arrays as Base64 of little-endian float32, row by row. */

import { encode } from "./canvas.js";

/**
 * The source of an `Inside` from two functions that ask Python, and get JSON.
 *
 * @param {(question: {seen: number[][], image: string | null, without: string[]}) => Promise<object>} explain
 * @param {(layer: string) => Promise<object>} weights
 */
export function toSource(explain, weights) {
  return {
    explain: async ({ seen, canvas, without }) => unpackExplanation(await explain({ seen, image: canvas && encode(canvas), without })),
    weights: async (layer) => unpackWeights(await weights(layer)),
  };
}

/** An array as `{ shape, data }`, with the `data` as a Float32Array. */
function unpack({ shape, data }) {
  return { shape, data: new Float32Array(toBytes(data).buffer) };
}

/** An explanation, from its JSON. */
function unpackExplanation(json) {
  const maps = Object.entries(json.maps).map(([name, packed]) => [name, unpack(packed)]);
  return { ...json, evidence: unpack(json.evidence), maps: Object.fromEntries(maps) };
}

/** The weights of a layer, from their JSON. */
function unpackWeights(json) {
  return { ...json, kernel: unpack(json.kernel), bias: unpack(json.bias) };
}

function toBytes(text) {
  if (Uint8Array.fromBase64) return Uint8Array.fromBase64(text);
  const characters = atob(text);
  const bytes = new Uint8Array(characters.length);
  for (let at = 0; at < bytes.length; at += 1) bytes[at] = characters.charCodeAt(at);
  return bytes;
}
