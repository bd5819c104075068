/** Pictures that are pasted or dropped, and what is on the pad copied or saved. */

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

export function save(blob, name) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  URL.revokeObjectURL(link.href);
}
