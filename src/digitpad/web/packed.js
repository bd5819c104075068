/** Unpacks what `digitpad.explanation.formats` packs: arrays as Base64 of little-endian float32, row by row. */

/** An array as `{ shape, data }`, with the `data` as a Float32Array. */
export function unpack({ shape, data }) {
  return { shape, data: new Float32Array(toBytes(data).buffer) };
}

/** An explanation, from its JSON. */
export function unpackExplanation(json) {
  const maps = Object.entries(json.maps).map(([name, packed]) => [name, unpack(packed)]);
  return { ...json, evidence: unpack(json.evidence), maps: Object.fromEntries(maps) };
}

/** The weights of a layer, from their JSON. */
export function unpackWeights(json) {
  return { ...json, kernel: unpack(json.kernel), bias: unpack(json.bias) };
}

function toBytes(text) {
  if (Uint8Array.fromBase64) return Uint8Array.fromBase64(text);
  const characters = atob(text);
  const bytes = new Uint8Array(characters.length);
  for (let at = 0; at < bytes.length; at += 1) bytes[at] = characters.charCodeAt(at);
  return bytes;
}
