/** Lets people correct a pad whose corrections are kept elsewhere: by a server, or by Python in a notebook. */

import { Corrector } from "./correcting.js";
import { Outbox } from "./outbox.js";

/**
 * Keep corrections from now on.
 *
 * @param {object} pad  what `mount` returned
 * @param {object} options
 * @param {string} options.where  where corrections are kept, for people
 * @param {string} [options.name]  of that place, if `where` does not tell it from others
 * @param {(record: object) => Promise<void>} options.send  as for `Outbox`, and so is `remove`
 * @returns {{close: () => void}}  a function to stop sending
 */
export function keep(pad, { where, name = where, send, remove }) {
  const outbox = new Outbox(name, { send, remove, tell: (message) => corrector.tell(message) });
  const corrector = pad.correct((...place) => {
    const [later, undo] = [(...sent) => outbox.send(...sent), (...undone) => outbox.remove(...undone)];
    return new Corrector(place, { where, send: later, remove: undo });
  });
  return outbox;
}
