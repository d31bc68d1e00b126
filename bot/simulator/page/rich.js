/** Text with Telegram's entities → DOM nodes. Strings only ever become text nodes, never markup. */

import { word } from "./words.js";

const TAGS = {
  bold: "strong",
  italic: "em",
  underline: "u",
  strikethrough: "s",
  code: "code",
  pre: "pre",
  blockquote: "blockquote",
  expandable_blockquote: "blockquote",
  spoiler: "span",
  text_link: "a",
  url: "a",
  bot_command: "button",
};
const SAFE_LINK = /^(https?|tg|mailto|tel):/i;

/** Nodes for `text`; offsets count UTF-16 code units, as JavaScript's strings do. */
export function rich(text, entities, say) {
  const sorted = entities.filter((entity) => TAGS[entity.type]).sort((a, b) => a.offset - b.offset || b.length - a.length);
  const holder = document.createDocumentFragment();
  fill(holder, 0, text.length, sorted, text, say);
  return holder;
}

function fill(parent, begin, end, entities, text, say) {
  let position = begin;
  while (entities.length && entities[0].offset < end) {
    const entity = entities.shift();
    const first = Math.max(entity.offset, position);
    const last = Math.min(entity.offset + entity.length, end);
    if (last <= first) continue;
    parent.append(text.slice(position, first));
    const element = element_for(entity, text.slice(first, last), say);
    fill(element.querySelector(".inner") ?? element, first, last, entities, text, say);
    parent.append(element);
    position = last;
  }
  parent.append(text.slice(position, end));
}

function element_for(entity, words, say) {
  const element = document.createElement(TAGS[entity.type]);
  switch (entity.type) {
    case "text_link":
    case "url": {
      const address = entity.url ?? words;
      if (SAFE_LINK.test(address)) Object.assign(element, { href: address, target: "_blank", rel: "noopener noreferrer" });
      break;
    }
    case "bot_command":
      element.type = "button";
      element.className = "command";
      element.addEventListener("click", () => say(words));
      break;
    case "spoiler":
      conceal(element);
      break;
    case "expandable_blockquote":
      fold(element);
      break;
    case "pre":
      if (entity.language) element.dataset.codeLanguage = entity.language;
  }
  return element;
}

function conceal(element) {
  element.className = "spoiler";
  element.tabIndex = 0;
  element.setAttribute("role", "button");
  element.setAttribute("aria-label", word("reveal"));
  const reveal = () => {
    element.classList.add("revealed");
    element.removeAttribute("role");
    element.removeAttribute("aria-label");
  };
  element.addEventListener("click", reveal);
  element.addEventListener("keydown", (event) => event.key === "Enter" && reveal());
}

function fold(element) {
  element.className = "folded";
  const inner = document.createElement("div");
  inner.className = "inner";
  const toggle = document.createElement("button");
  toggle.type = "button";
  toggle.className = "fold";
  toggle.setAttribute("aria-label", word("expand"));
  toggle.setAttribute("aria-expanded", "false");
  toggle.addEventListener("click", () => {
    const folded = element.classList.toggle("folded");
    toggle.setAttribute("aria-expanded", String(!folded));
  });
  element.append(inner, toggle);
}
