/** The Markdown that notices are written in, as elements: headings, paragraphs, lists, bold, links. Nothing in it is
 * ever parsed as HTML. */

import { make } from "./dom.js";

/**
 * @param {string} text
 * @returns {{title: string | null, body: DocumentFragment}} a first heading of level 1 is the title
 */
export function render(text) {
  const body = document.createDocumentFragment();
  /** @type {string | null} */
  let title = null;
  /** @type {HTMLElement | null} the list or paragraph that goes on */
  let open = null;
  for (const line of text.split(/\r?\n/)) {
    const heading = /^(#{1,6})\s+(.*)$/.exec(line);
    const item = /^\s*(?:[-*]|\d+[.)])\s+(.*)$/.exec(line);
    if (line.trim() === "") {
      open = null;
    } else if (heading !== null) {
      open = null;
      const [, marks = "", words = ""] = heading;
      if (marks.length === 1 && title === null && body.childNodes.length === 0) title = words;
      else body.append(inline(make(`h${Math.max(2, marks.length)}`), words));
    } else if (item !== null) {
      const tag = /^\s*\d/.test(line) ? "ol" : "ul";
      if (open?.localName !== tag) body.append((open = make(tag)));
      open.append(inline(make("li"), item[1] ?? ""));
    } else {
      if (open === null || open.localName !== "p") body.append((open = make("p")));
      else open.append(" ");
      inline(open, line.trim());
    }
  }
  return { title, body };
}

/**
 * @template {HTMLElement} T
 * @param {T} into
 * @param {string} text
 * @returns {T}
 */
function inline(into, text) {
  let rest = 0;
  for (const found of text.matchAll(/\*\*(.+?)\*\*|\[([^\]]+)\]\(((?:https?:\/\/|mailto:)[^\s)]+)\)/g)) {
    into.append(text.slice(rest, found.index));
    const [whole, bold, words, address] = found;
    if (bold !== undefined) into.append(make("strong", bold));
    else into.append(link(words ?? "", address ?? ""));
    rest = (found.index ?? 0) + whole.length;
  }
  into.append(text.slice(rest));
  return into;
}

/**
 * @param {string} words
 * @param {string} address  http, https or mailto
 */
function link(words, address) {
  const anchor = document.createElement("a");
  anchor.textContent = words;
  anchor.href = address;
  anchor.target = "_blank";
  anchor.rel = "noopener noreferrer";
  return anchor;
}
