/** Creating canvases, and painting on them. */

export function newCanvas(width, height) {
  const canvas = document.createElement("canvas");
  canvas.width = width;
  canvas.height = height;
  return canvas;
}

/** A picture as a canvas, at most so long on its longer side. */
export function shrink(image, side) {
  const scale = Math.min(1, side / Math.max(image.width, image.height));
  const canvas = newCanvas(Math.max(1, Math.round(image.width * scale)), Math.max(1, Math.round(image.height * scale)));
  const context = canvas.getContext("2d", { willReadFrequently: true });
  context.imageSmoothingQuality = "high";
  context.drawImage(image, 0, 0, canvas.width, canvas.height);
  if (image.dataset?.paper) canvas.dataset.paper = image.dataset.paper;
  return canvas;
}

/** The area that an image covers when it is centred on a canvas, as large as it fits. */
export function fit(context, image) {
  const unit = context.getTransform().a;
  return fitInto([context.canvas.width / unit, context.canvas.height / unit], image);
}

/** The area that an image covers when it is centred in another, as large as it fits. */
export function fitInto([wide, high], image) {
  const scale = Math.min(wide / image.width, high / image.height);
  const [width, height] = [image.width * scale, image.height * scale];
  return { left: (wide - width) / 2, top: (high - height) / 2, width, height };
}

/** Paint an image so, over its paper colour if it has one. Returns the area that it covers. */
export function paintFitted(context, image) {
  const { left, top, width, height } = fit(context, image);
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
