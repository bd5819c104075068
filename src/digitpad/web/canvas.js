/** Creating canvases, and painting on them. */

const LARGE = 100_000; // px; drawings are smaller

export function newCanvas(width, height) {
  const canvas = document.createElement("canvas");
  canvas.width = width;
  canvas.height = height;
  return canvas;
}

/** A picture, or a part of one as from `crop`, as a canvas that is at most so long on its longer side. */
export function shrink(picture, side) {
  const { image = picture, left = 0, top = 0, width, height } = picture;
  const scale = Math.min(1, side / Math.max(width, height));
  const canvas = newCanvas(Math.max(1, Math.round(width * scale)), Math.max(1, Math.round(height * scale)));
  const context = canvas.getContext("2d", { willReadFrequently: true });
  context.imageSmoothingQuality = "high";
  context.drawImage(image, left, top, width, height, 0, 0, canvas.width, canvas.height);
  if (image.dataset?.paper) canvas.dataset.paper = image.dataset.paper;
  return canvas;
}

/** A part of an image, given in shares of its width and height, in whole px. */
export function crop(image, part) {
  const [left, top] = [Math.floor(part.left * image.width), Math.floor(part.top * image.height)];
  const width = Math.max(1, Math.round(part.width * image.width));
  const height = Math.max(1, Math.round(part.height * image.height));
  return { image, left, top, width, height };
}

/** A canvas turned by 90 degrees to the right. */
export function rotate(canvas) {
  const turned = newCanvas(canvas.height, canvas.width);
  const context = turned.getContext("2d", { willReadFrequently: true });
  context.translate(turned.width, 0);
  context.rotate(Math.PI / 2);
  context.drawImage(canvas, 0, 0);
  if (canvas.dataset.paper) turned.dataset.paper = canvas.dataset.paper;
  return turned;
}

/** A drawing as a PNG data URL, a photograph as JPEG on its paper, which is a tenth as large. */
export function encode(canvas) {
  if (canvas.width * canvas.height <= LARGE) return canvas.toDataURL("image/png");
  const opaque = newCanvas(canvas.width, canvas.height);
  paintFitted(opaque.getContext("2d"), canvas);
  return opaque.toDataURL("image/jpeg", 0.95);
}

/** The area that an image covers when it is centred in another, as large as it fits. */
export function fitInto([wide, high], image) {
  const scale = Math.min(wide / image.width, high / image.height);
  const [width, height] = [image.width * scale, image.height * scale];
  return { left: (wide - width) / 2, top: (high - height) / 2, width, height };
}

/** Paint an image so on a canvas. Returns the area that it covers. */
export function paintFitted(context, image) {
  const area = fitInto([context.canvas.width, context.canvas.height], image);
  paintInto(context, image, area);
  return area;
}

/** Paint an image into an area, over its paper colour if it has one. */
export function paintInto(context, image, { left, top, width, height }) {
  context.imageSmoothingQuality = "high";
  if (image.dataset.paper) {
    context.fillStyle = image.dataset.paper;
    context.fillRect(left, top, width, height);
  }
  context.drawImage(image, left, top, width, height);
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

export function outline(context, [x, y, width, height], thickness = 2) {
  context.strokeStyle = getComputedStyle(context.canvas).color;
  context.lineWidth = thickness;
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
