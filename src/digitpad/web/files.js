/** Pictures that are pasted, dropped or opened, and the drawing copied or saved as a picture. */

import { newCanvas, shrink } from "./canvas.js";

const PICTURE_SIDE = 1600; // px, the longest side of an opened picture; larger pages are not read better

export function followFiles(keys, load) {
  keys.addEventListener("paste", (event) => {
    const [file] = event.clipboardData.files;
    if (!file) return;
    event.preventDefault();
    load(file);
  });
  keys.addEventListener("dragover", (event) => event.preventDefault());
  keys.addEventListener("drop", (event) => {
    event.preventDefault();
    load(event.dataTransfer.files[0]);
  });
}

/** Decode a picture file to a canvas of at most `PICTURE_SIDE` px; rejects if the browser cannot decode it. */
export async function decode(file) {
  const image = await createImageBitmap(file);
  const canvas = shrink(image, PICTURE_SIDE);
  image.close();
  canvas.dataset.paper = paperUnder(canvas.getContext("2d"));
  return canvas;
}

/**
 * The paper colour under a transparent picture, found as in the contract: the colour of the border if that is opaque,
 * otherwise white under dark ink and black under light ink.
 */
function paperUnder(context) {
  const { width, height } = context.canvas;
  const sides = [[0, 0, width, 1], [0, height - 1, width, 1], [0, 0, 1, height], [width - 1, 0, 1, height]];
  const border = sides.flatMap((side) => [...context.getImageData(...side).data]);
  const [red, green, blue, opacity] = [0, 1, 2, 3].map((channel) => border.filter((_, index) => index % 4 === channel));
  if (mean(opacity) > 127.5) return `rgb(${[red, green, blue].map(median)})`;
  const { data } = context.getImageData(0, 0, width, height);
  let [ink, light] = [0, 0];
  for (let index = 0; index < data.length; index += 4) {
    ink += data[index + 3];
    light += data[index + 3] * data[index + 1];
  }
  return light > 127.5 * ink ? "#000" : "#fff";
}

function mean(values) {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function median(values) {
  return [...values].sort((a, b) => a - b)[values.length >> 1];
}

/** Copy text, or save it if the browser does not let pages copy. Returns a message about what was done. */
export async function copyText(text, name) {
  try {
    await navigator.clipboard.writeText(text);
    return "Copied.";
  } catch {
    save(new Blob([text], { type: "text/plain" }), name);
    return `This browser does not let pages copy, so it was saved as ${name}.`;
  }
}

/** Copy a canvas as PNG, or save it if the browser does not let pages copy. Returns a message about what was done. */
export async function copyOrSave(canvas) {
  const blob = await new Promise((resolve) => canvas.toBlob(resolve, "image/png"));
  try {
    await navigator.clipboard.write([new ClipboardItem({ "image/png": blob })]);
    return "Copied as PNG.";
  } catch {
    save(blob, "digit.png");
    return "This browser does not let pages copy pictures, so it was saved as digit.png.";
  }
}

function save(blob, name) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  URL.revokeObjectURL(link.href);
}
