/** Style sheets for what is loaded late. */

/** Add a style sheet, and wait for it: the network may be gone by the time that it is needed. */
export async function addStyle(name) {
  const link = Object.assign(document.createElement("link"), { rel: "stylesheet" });
  link.href = new URL(`./${name}`, import.meta.url);
  await new Promise((resolve) => {
    link.onload = link.onerror = resolve;
    document.head.append(link);
  });
}
