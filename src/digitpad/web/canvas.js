/** Creating canvases, and painting on them. */

export function newCanvas(width, height) {
  const canvas = document.createElement("canvas");
  canvas.width = width;
  canvas.height = height;
  return canvas;
}

/**
 * Paint an image centred on a square canvas, as large as it fits, over its paper colour if it has one. Returns the
 * area that it covers.
 */
export function paintFitted(context, image) {
  const side = context.canvas.width / context.getTransform().a;
  const scale = side / Math.max(image.width, image.height);
  const [width, height] = [image.width * scale, image.height * scale];
  const [left, top] = [(side - width) / 2, (side - height) / 2];
  context.imageSmoothingQuality = "high";
  if (image.dataset.paper) {
    context.fillStyle = image.dataset.paper;
    context.fillRect(left, top, width, height);
  }
  context.drawImage(image, left, top, width, height);
  return { left, top, width, height };
}

export async function toImage(url) {
  if (!url) return null;
  const image = new Image();
  image.src = url;
  return image.decode().then(() => image, () => null);
}

/** Convert 28 rows of levels, from 0 (paper) to 255 (ink), to white on black. */
export function toImageData(rows) {
  const levels = rows.flat();
  const pixels = new Uint8ClampedArray(4 * levels.length).fill(255);
  levels.forEach((level, index) => pixels.fill(level, 4 * index, 4 * index + 3));
  return new ImageData(pixels, rows.length, rows.length);
}

export function outline(context, [x, y, width, height]) {
  context.strokeStyle = getComputedStyle(context.canvas).color;
  context.lineWidth = 2;
  context.strokeRect(x, y, width, height);
}

export function cross(context, middle) {
  context.beginPath();
  context.moveTo(middle - 6, middle);
  context.lineTo(middle + 6, middle);
  context.moveTo(middle, middle - 6);
  context.lineTo(middle, middle + 6);
  context.stroke();
}
