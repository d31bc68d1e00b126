/** One message → its bubble and the buttons under it. */

import { rich } from "./rich.js";
import { clock, size, word } from "./words.js";

/** An element with properties and children; strings become text. */
export function make(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  const { data = {}, aria = {}, ...rest } = properties;
  Object.assign(element, rest);
  Object.assign(element.dataset, data);
  for (const [name, value] of Object.entries(aria)) element.setAttribute(`aria-${name}`, value);
  element.append(...children.filter((child) => child !== null && child !== undefined));
  return element;
}

/** The list item of a message. `acts` has say(text), tap(message, button, element), enlarge(photo). */
export function bubble(message, acts) {
  const body = make("div", { className: "bubble" });
  if (message.reply) body.append(make("a", { className: "reply", href: `#message-${message.reply.id}` }, message.reply.text));
  if (message.photo) body.append(photo(message.photo, acts));
  if (message.document) body.append(fileRow(message.document));
  if (message.other) body.append(make("p", { className: "unknown" }, word("unknown")));
  const words = make("div", { className: "words" });
  if (message.text) words.append(rich(message.text, message.entities, acts.say));
  words.append(stamp(message));
  body.append(words);
  if (message.reaction) body.append(make("span", { className: "reaction" }, message.reaction));

  const item = make("li", {
    id: `message-${message.id}`,
    className: `message ${message.out ? "out" : "in"}`,
    data: { id: message.id, from: message.out ? "person" : "bot", date: message.date },
  }, body);
  if (message.photo) item.classList.add("with-photo");
  if (!message.text) item.classList.add("wordless");
  if (message.buttons.length) {
    item.classList.add("with-buttons");
    item.append(keyboard(message, acts));
  }
  return item;
}

/** The bubble of a file that is on its way; `progress(share)` moves its ring, `fail(retry)` stops it. */
export function pendingBubble(file) {
  const row = fileRow({ name: file.name, size: file.size });
  row.classList.add("pending");
  const note = row.querySelector("small");
  const item = make("li", { className: "message out wordless", data: { pending: file.name } }, make("div", { className: "bubble" }, row));
  return {
    item,
    progress(share) {
      row.style.setProperty("--done", share);
      note.textContent = `${word("uploading")} ${Math.round(share * 100)}% · ${size(file.size)}`;
    },
    fail(retry) {
      row.classList.add("failed");
      note.textContent = word("failed");
      item.addEventListener("click", retry, { once: true });
    },
  };
}

export function fileRow(file) {
  const extension = (file.name.match(/\.([^.]{1,4})$/)?.[1] ?? "file").toLowerCase();
  const badge = make("span", { className: "badge", data: { extension }, ariaHidden: "true" }, extension);
  const label = make("span", { className: "label" }, make("b", {}, file.name), make("small", {}, size(file.size)));
  const properties = file.url
    ? { className: "file", href: file.url, download: file.name, aria: { label: `${word("download")} ${file.name}, ${size(file.size)}` } }
    : { className: "file" };
  return make(file.url ? "a" : "div", properties, badge, label);
}

function photo(file, acts) {
  const image = make("img", { src: file.url, width: file.width, height: file.height, alt: "", decoding: "async" });
  const button = make("button", { type: "button", className: "photo", aria: { label: word("enlarge") } }, image);
  button.addEventListener("click", () => acts.enlarge(file));
  return button;
}

function stamp(message) {
  const time = make("time", { dateTime: new Date(message.date * 1000).toISOString() }, clock(message.date));
  const edited = message.edited ? make("span", { className: "edited" }, word("edited")) : null;
  return make("span", { className: "stamp" }, edited, time);
}

function keyboard(message, acts) {
  const rows = message.buttons.map((row) => make("div", { className: "row" }, ...row.map((button) => key(message, button, acts))));
  return make("div", { className: "keyboard" }, ...rows);
}

function key(message, button, acts) {
  const label = make("span", {}, button.label);
  const style = button.style ?? "";
  if (button.url) {
    return make("a", { className: "key link", href: button.url, target: "_blank", rel: "noopener noreferrer", title: button.url, data: { style } }, label);
  }
  const element = make("button", { type: "button", className: "key", title: button.label, data: { style } }, label);
  if (button.copy) element.classList.add("copy");
  if (button.data) element.dataset.data = button.data;
  element.addEventListener("click", () => acts.tap(message, button, element));
  return element;
}
